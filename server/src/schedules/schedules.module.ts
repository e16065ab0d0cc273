import { Global, Module } from '@nestjs/common';
import { Backup } from './actions/backup.js';
import { Prune } from './actions/prune.js';
import { Restart } from './actions/restart.js';
import { UpdateCheck } from './actions/update-check.js';
import { Backups } from './backups.js';
import { ScheduleClock } from './clock.js';
import { Schedules } from './schedules.js';

/** What is done again and again, and the backups that come of it. */
@Global()
@Module({
  providers: [Backup, Backups, Prune, Restart, ScheduleClock, Schedules, UpdateCheck],
  exports: [Backups, ScheduleClock, Schedules],
})
export class SchedulesModule {}
