import { Controller, Get, Param } from '@nestjs/common';
import { ContainerStopReason } from '../../../engine/container/index.js';
import { Engine } from '../../../engine/engine.js';
import type { StopReason } from '../../generated/dashboard/types.gen.js';

/** Why containers do not run. */
@Controller('dashboard/containers')
export class StopReasonController {
  constructor(private readonly engine: Engine) {}

  @Get(':id/stop-reason')
  read(@Param('id') id: string): Promise<StopReason> {
    return this.engine.run(ContainerStopReason, { id });
  }
}
