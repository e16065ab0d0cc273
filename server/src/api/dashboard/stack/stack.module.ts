import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { StackController } from './stack.controller.js';
import { TaskController } from './task.controller.js';

/** Stacks and their deployments, as dashboard-api.openapi.yaml describes them. */
@Module({ imports: [LiveModule], controllers: [StackController, TaskController] })
export class StackModule {}
