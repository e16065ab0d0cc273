import { Controller, Get, Query } from '@nestjs/common';
import { invalidParameter } from '../../../base/errors.js';
import type { DashboardStatsHistoryData, StatsHistory } from '../../generated/dashboard/types.gen.js';
import { StatsRecorder } from './recorder.js';

/** What was used when; what is used now is pushed over the live connection. */
@Controller('dashboard/stats')
export class StatsController {
  constructor(private readonly recorder: StatsRecorder) {}

  @Get('series')
  series(): string[] {
    return this.recorder.history.names();
  }

  @Get('history')
  history(@Query() { series, from, to }: DashboardStatsHistoryData['query']): StatsHistory {
    if (to <= from) throw invalidParameter('to must be later than from');
    const { step, points } = this.recorder.history.read(series, from, to, Date.now() / 1000);
    return { step, ...points };
  }
}
