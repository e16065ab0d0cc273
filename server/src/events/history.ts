import { Logger } from '@nestjs/common';
import { messageOf } from '../base/errors.js';
import type { Database } from '../state/database.js';
import type { DaemonEvent } from './event.js';

const MIGRATIONS = ['CREATE TABLE event (nano INTEGER PRIMARY KEY, type TEXT NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL) STRICT'];

/** How much is kept: so many events, and none older than so many nanoseconds. */
export interface HistoryLimits {
  readonly events: number;
  readonly age: bigint;
}

const DAY = 24n * 60n * 60n * 1_000_000_000n;
const LIMITS: HistoryLimits = { events: 50_000, age: 30n * DAY };
/** So many new events make it worth while to look for old ones. */
const TRIM_AFTER = 500;
/** The last nanosecond of a signed 64-bit clock, in the year 2262. */
const LAST_NANO = 2n ** 63n - 1n;
const PAGE = 500;

interface Row {
  nano: bigint;
  type: string;
  action: string;
  actor: string;
}

/** What happened in the past, kept over restarts. Events are written before anybody is answered that made them. */
export class EventHistory {
  private readonly log = new Logger('Events');
  private waiting: DaemonEvent[] = [];
  private untrimmed = 0;

  constructor(
    private readonly database: Database,
    private readonly limits = LIMITS,
  ) {
    database.migrate('event', MIGRATIONS);
    this.trim();
  }

  add(event: DaemonEvent): void {
    this.waiting.push(event);
    if (this.waiting.length === 1) queueMicrotask(() => this.tryToFlush());
  }

  /** Writes what waits. */
  flush(): void {
    const events = this.waiting;
    this.waiting = [];
    if (events.length === 0) return;
    const insert = this.database.sqlite.prepare('INSERT OR REPLACE INTO event (nano, type, action, actor) VALUES (?, ?, ?, ?)');
    this.database.quick(() => {
      for (const { timeNano, Type, Action, Actor } of events) insert.run(timeNano, Type, Action, JSON.stringify(Actor));
    });
    this.untrimmed += events.length;
    if (this.untrimmed >= TRIM_AFTER) this.trim();
  }

  /** The newest `count` events, oldest first. */
  last(count: number): DaemonEvent[] {
    this.flush();
    return this.rows('SELECT * FROM event ORDER BY nano DESC LIMIT ?', BigInt(count)).toReversed();
  }

  /** Events from one moment to another, both included, in order; read page by page. */
  *between(from: bigint, to: bigint): Generator<DaemonEvent, void, undefined> {
    this.flush();
    let next = clamped(from);
    while (true) {
      const page = this.rows('SELECT * FROM event WHERE nano BETWEEN ? AND ? ORDER BY nano LIMIT ?', next, clamped(to), BigInt(PAGE));
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      next = last.timeNano + 1n;
    }
  }

  /** On a full disk what happened is still told, but not remembered. */
  private tryToFlush(): void {
    try {
      this.flush();
    } catch (error) {
      this.log.warn(`events could not be saved: ${messageOf(error)}`);
    }
  }

  private rows(sql: string, ...values: bigint[]): DaemonEvent[] {
    const rows = this.database.sqlite
      .prepare<bigint[], Row>(sql)
      .safeIntegers()
      .all(...values);
    return rows.map(({ nano, type, action, actor }) => ({
      Type: type as DaemonEvent['Type'],
      Action: action,
      Actor: JSON.parse(actor) as DaemonEvent['Actor'],
      scope: 'local',
      time: Number(nano / 1_000_000_000n),
      timeNano: nano,
    }));
  }

  private trim(): void {
    this.untrimmed = 0;
    const oldest = BigInt(Date.now()) * 1_000_000n - this.limits.age;
    this.database.quick(() => {
      this.database.sqlite.prepare('DELETE FROM event WHERE nano < ?').run(oldest);
      this.database.sqlite
        .prepare('DELETE FROM event WHERE nano <= (SELECT nano FROM event ORDER BY nano DESC LIMIT 1 OFFSET ?)')
        .run(BigInt(this.limits.events));
    });
  }
}

/** A moment as SQLite can hold it: clients ask for years that no clock reaches. */
function clamped(nano: bigint): bigint {
  return nano > LAST_NANO ? LAST_NANO : nano < -LAST_NANO ? -LAST_NANO : nano;
}
