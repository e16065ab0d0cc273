import { Injectable } from '@nestjs/common';
import { Cron } from 'croner';
import { invalidParameter, messageOf, notFound } from '../base/errors.js';
import { newId, shortId } from '../base/ids.js';
import { Database } from '../state/database.js';
import type { Schedule, ScheduleRequest, ScheduleRun } from './schedule.js';

/** Runs of each schedule that are kept. */
const KEPT = 30;

interface RunRow {
  readonly started: number;
  readonly ended: number | null;
  readonly result: string;
  readonly error: string;
}

/** The schedules and what came of them. Whoever acts on them is told of every change. */
@Injectable()
export class Schedules {
  private readonly listeners = new Set<(id: string) => void>();

  constructor(private readonly database: Database) {
    database.migrate('schedule', [
      `CREATE TABLE schedule (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
       CREATE TABLE schedule_run (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         schedule TEXT NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
         started INTEGER NOT NULL,
         ended INTEGER,
         result TEXT NOT NULL,
         error TEXT NOT NULL
       ) STRICT;
       CREATE INDEX schedule_run_of ON schedule_run (schedule, id)`,
    ]);
    const error = 'the daemon ended meanwhile';
    database.quick(() => database.sqlite.prepare('UPDATE schedule_run SET ended = started, error = ? WHERE ended IS NULL').run(error));
  }

  /** In the order of their names. */
  all(): Schedule[] {
    const rows = this.database.sqlite.prepare<[], { id: string; body: string }>('SELECT id, body FROM schedule').all();
    const schedules = rows.map(({ id, body }): Schedule => ({ ...(JSON.parse(body) as ScheduleRequest), id }));
    return schedules.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws NotFound */
  get(id: string): Schedule {
    const schedule = this.all().find((each) => each.id === id);
    if (!schedule) throw notFound(`No such schedule: ${id}`);
    return schedule;
  }

  /** @throws InvalidParameter */
  add(request: ScheduleRequest): Schedule {
    return this.write(shortId(newId()), request);
  }

  /** @throws InvalidParameter, NotFound */
  replace(id: string, request: ScheduleRequest): Schedule {
    this.get(id);
    return this.write(id, request);
  }

  /** @throws NotFound */
  remove(id: string): void {
    const { changes } = this.database.durable(() => this.database.sqlite.prepare('DELETE FROM schedule WHERE id = ?').run(id));
    if (changes === 0) throw notFound(`No such schedule: ${id}`);
    this.tell(id);
  }

  /** Its runs, the newest first. */
  runs(id: string): ScheduleRun[] {
    const rows = this.database.sqlite
      .prepare<[string], RunRow>('SELECT started, ended, result, error FROM schedule_run WHERE schedule = ? ORDER BY id DESC')
      .all(id);
    return rows.map(({ ended, ...row }) => ({ ...row, ...(ended !== null && { ended }) }));
  }

  /** Notes that a run begins. @returns how to note its end */
  beginRun(schedule: string): (result: string, error: string) => void {
    const { sqlite } = this.database;
    const { lastInsertRowid } = this.database.quick(() =>
      sqlite.prepare("INSERT INTO schedule_run (schedule, started, result, error) VALUES (?, ?, '', '')").run(schedule, Date.now()),
    );
    this.tell(schedule);
    return (result, error) => {
      this.database.quick(() => {
        sqlite
          .prepare('UPDATE schedule_run SET ended = ?, result = ?, error = ? WHERE id = ?')
          .run(Date.now(), result, error, lastInsertRowid);
        sqlite
          .prepare(
            `DELETE FROM schedule_run WHERE schedule = ? AND id <=
               (SELECT id FROM schedule_run WHERE schedule = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
          )
          .run(schedule, schedule, KEPT);
      });
      this.tell(schedule);
    };
  }

  /** Calls `listener` with the ID of each that is changed, run or removed. */
  subscribe(listener: (id: string) => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private write(id: string, request: ScheduleRequest): Schedule {
    const schedule = { ...checked(request), id };
    const { id: _, ...body } = schedule;
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT INTO schedule (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body')
        .run(id, JSON.stringify(body)),
    );
    this.tell(id);
    return schedule;
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener(id);
  }
}

/** When a schedule is due next; undefined for never. */
export function nextRun({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>): Date | undefined {
  return new Cron(cron, { paused: true, ...(timeZone && { timezone: timeZone }) }).nextRun() ?? undefined;
}

/** Also by one of its older names, which browsers still tell. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}

function checked(request: ScheduleRequest): ScheduleRequest {
  const { name, action, target, prune, keep, cron, timeZone } = request;
  if (name.trim() === '') throw invalidParameter('a schedule needs a name');
  if ((action === 'restart' || action === 'backup') && target.trim() === '')
    throw invalidParameter(action === 'backup' ? 'name the volume' : 'name the container or project');
  if (action === 'prune' && prune.length === 0) throw invalidParameter('say what is to be taken away');
  if (action === 'backup' && keep < 1) throw invalidParameter('keep at least one backup');
  if (timeZone && !isTimeZone(timeZone)) throw invalidParameter(`${timeZone} is no time zone: for example Europe/Berlin or UTC`);
  try {
    if (!nextRun({ cron, timeZone })) throw new Error('it is never due');
  } catch (error) {
    throw invalidParameter(`${cron} is no time to run at: ${messageOf(error).replace(/^CronPattern: /, '')}`, error);
  }
  return { ...request, name: name.trim(), cron: cron.trim(), target: target.trim() };
}
