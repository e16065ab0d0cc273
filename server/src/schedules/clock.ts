import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Cron } from 'croner';
import { conflict, messageOf } from '../base/errors.js';
import type { Action } from './action.js';
import { Backup } from './actions/backup.js';
import { Prune } from './actions/prune.js';
import { Restart } from './actions/restart.js';
import { UpdateCheck } from './actions/update-check.js';
import type { Schedule, ScheduleAction } from './schedule.js';
import { Schedules } from './schedules.js';

/** Runs schedules when they are due: one timer for each that is on, none while there is none. */
@Injectable()
export class ScheduleClock implements OnApplicationShutdown {
  private readonly log = new Logger('Schedules');
  private readonly actions: Record<ScheduleAction, Action>;
  private readonly timers = new Map<string, { cron: Cron; text: string }>();
  private readonly running = new Set<string>();
  private readonly ending = new AbortController();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly schedules: Schedules,
    restart: Restart,
    prune: Prune,
    backup: Backup,
    updateCheck: UpdateCheck,
  ) {
    this.actions = { restart, prune, backup, 'update-check': updateCheck };
  }

  /** Begins when the daemon can do what schedules ask. */
  begin(): void {
    this.unsubscribe = this.schedules.subscribe(() => this.adapt()).unsubscribe;
    this.adapt();
  }

  /** Runs one now, whether it is on or not. @throws NotFound; Conflict while it runs */
  runNow(id: string): void {
    const schedule = this.schedules.get(id);
    if (this.running.has(id)) throw conflict(`${schedule.name} is being run already`);
    void this.run(id);
  }

  onApplicationShutdown(): void {
    this.unsubscribe?.();
    this.ending.abort();
    for (const { cron } of this.timers.values()) cron.stop();
  }

  private adapt(): void {
    const wanted = new Map(this.schedules.all().flatMap((schedule) => (schedule.enabled ? [[schedule.id, schedule] as const] : [])));
    for (const [id, { cron, text }] of this.timers) {
      if (textOf(wanted.get(id)) === text) continue;
      cron.stop();
      this.timers.delete(id);
    }
    for (const [id, schedule] of wanted) {
      if (this.timers.has(id)) continue;
      const options = { unref: true, ...(schedule.timeZone && { timezone: schedule.timeZone }) };
      const cron = new Cron(schedule.cron, options, () => void this.run(id));
      this.timers.set(id, { cron, text: textOf(schedule) });
    }
  }

  /** One that still runs is not run a second time. What fails is told with the run. */
  private async run(id: string): Promise<void> {
    if (this.running.has(id) || this.ending.signal.aborted) return;
    this.running.add(id);
    const schedule = this.schedules.get(id);
    const end = this.schedules.beginRun(id);
    try {
      const result = await this.actions[schedule.action].run(schedule, this.ending.signal);
      if (!this.ending.signal.aborted) end(result, '');
    } catch (error) {
      this.log.warn(`schedule ${schedule.name}: ${messageOf(error)}`);
      if (!this.ending.signal.aborted) end('', messageOf(error));
    } finally {
      this.running.delete(id);
    }
  }
}

/** What makes a timer another one. */
function textOf(schedule: Schedule | undefined): string {
  return schedule ? `${schedule.cron} ${schedule.timeZone}` : '';
}
