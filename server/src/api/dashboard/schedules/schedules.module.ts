import { Module } from '@nestjs/common';
import { BackupController } from './backup.controller.js';
import { ScheduleController } from './schedule.controller.js';

/** Schedules and backups, as dashboard-api.openapi.yaml describes them. */
@Module({ controllers: [BackupController, ScheduleController] })
export class ScheduleApiModule {}
