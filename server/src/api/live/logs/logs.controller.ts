import { Controller, Delete, Get, Param } from '@nestjs/common';
import { KeptLogs } from '../../../engine/container/logs/kept-logs.js';
import type { LogSource } from '../../generated/dashboard/types.gen.js';
import { LogSources } from './source.js';

/** Which logs there are; they are read and searched over the live connection. */
@Controller('dashboard/logs')
export class LogsController {
  constructor(
    private readonly sources: LogSources,
    private readonly kept: KeptLogs,
  ) {}

  @Get()
  list(): LogSource[] {
    return this.sources.all().map(({ summary }) => summary);
  }

  @Delete(':id')
  delete(@Param('id') id: string): Promise<void> {
    return this.kept.remove(id);
  }
}
