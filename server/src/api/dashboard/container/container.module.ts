import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { ContainerEditController } from './container-edit.controller.js';
import { StopReasonController } from './stop-reason.controller.js';

/** What the page does with containers beyond the Engine API, as dashboard-api.openapi.yaml describes it. */
@Module({ imports: [LiveModule], controllers: [ContainerEditController, StopReasonController] })
export class ContainerEditModule {}
