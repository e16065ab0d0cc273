import { Injectable } from '@nestjs/common';
import { Database } from '../state/database.js';
import type { Firing } from './firing.js';
import type { AlertRule, AlertTarget } from './rule.js';

/** Alerts that are over are kept so many. */
const KEPT = 500;

interface Row {
  readonly id: number;
  readonly rule: string;
  readonly rule_name: string;
  readonly condition: Firing['condition'];
  readonly target: string;
  readonly detail: string;
  readonly started: number;
  readonly ended: number | null;
}

/** The alerts that last and those that are over, kept over restarts of the daemon. */
@Injectable()
export class Firings {
  private readonly listeners = new Set<(id: number) => void>();

  constructor(private readonly database: Database) {
    database.migrate('alerts/firing', [
      `CREATE TABLE alert_firing (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         rule TEXT NOT NULL,
         rule_name TEXT NOT NULL,
         condition TEXT NOT NULL,
         target TEXT NOT NULL,
         detail TEXT NOT NULL,
         started INTEGER NOT NULL,
         ended INTEGER
       ) STRICT`,
    ]);
  }

  /** Begins one. */
  begin({ id, name, condition }: AlertRule, target: AlertTarget, detail: string): Firing {
    const started = Date.now();
    const { lastInsertRowid } = this.database.quick(() =>
      this.database.sqlite
        .prepare('INSERT INTO alert_firing (rule, rule_name, condition, target, detail, started) VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, name, condition, JSON.stringify(target), detail, started),
    );
    this.database.quick(() =>
      this.database.sqlite
        .prepare(
          `DELETE FROM alert_firing WHERE ended IS NOT NULL AND id <=
             (SELECT id FROM alert_firing WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        )
        .run(KEPT),
    );
    const firing = { id: Number(lastInsertRowid), rule: id, ruleName: name, condition, target, detail, started };
    this.tell(firing.id);
    return firing;
  }

  /** Says that one is over. */
  end(firing: Firing): Firing {
    const ended = Date.now();
    this.database.quick(() => this.database.sqlite.prepare('UPDATE alert_firing SET ended = ? WHERE id = ?').run(ended, firing.id));
    this.tell(firing.id);
    return { ...firing, ended };
  }

  /** Those that last, and the newest of those that are over; the newest first. */
  list(): Firing[] {
    return this.rows('SELECT * FROM alert_firing ORDER BY ended IS NOT NULL, id DESC LIMIT 200');
  }

  /** Those that last. */
  open(): Firing[] {
    return this.rows('SELECT * FROM alert_firing WHERE ended IS NULL');
  }

  /** Calls `listener` with the number of each that begins or ends. */
  subscribe(listener: (id: number) => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private tell(id: number): void {
    for (const listener of this.listeners) listener(id);
  }

  private rows(sql: string): Firing[] {
    const rows = this.database.sqlite.prepare<[], Row>(sql).all();
    return rows.map(({ rule_name: ruleName, target, ended, ...row }) => ({
      ...row,
      ruleName,
      target: JSON.parse(target) as AlertTarget,
      ...(ended !== null && { ended }),
    }));
  }
}
