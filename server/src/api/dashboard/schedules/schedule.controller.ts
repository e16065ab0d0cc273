import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ScheduleClock } from '../../../schedules/clock.js';
import type { Schedule as Record } from '../../../schedules/schedule.js';
import { Schedules } from '../../../schedules/schedules.js';
import type { Schedule, ScheduleRequest } from '../../generated/dashboard/types.gen.js';
import { toSchedule } from '../../live/answers.js';

/** What is done again and again. */
@Controller('dashboard/schedules')
export class ScheduleController {
  constructor(
    private readonly schedules: Schedules,
    private readonly clock: ScheduleClock,
  ) {}

  @Get()
  list(): Schedule[] {
    return this.schedules.all().map((schedule) => this.answer(schedule));
  }

  @Post()
  create(@Body() request: ScheduleRequest): Schedule {
    return this.answer(this.schedules.add(request));
  }

  @Put(':id')
  replace(@Param('id') id: string, @Body() request: ScheduleRequest): Schedule {
    return this.answer(this.schedules.replace(id, request));
  }

  @Delete(':id')
  remove(@Param('id') id: string): void {
    this.schedules.remove(id);
  }

  @Post(':id/run')
  run(@Param('id') id: string): void {
    this.clock.runNow(id);
  }

  private answer(schedule: Record): Schedule {
    return toSchedule(schedule, this.schedules.runs(schedule.id));
  }
}
