import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { GitController } from './git.controller.js';
import { HookController } from './hook.controller.js';
import { StackController } from './stack.controller.js';
import { TaskController } from './task.controller.js';

/** Stacks and their deployments, as dashboard-api.openapi.yaml describes them. */
@Module({ imports: [LiveModule], controllers: [GitController, HookController, StackController, TaskController] })
export class StackModule {}
