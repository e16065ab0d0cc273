import { Injectable } from '@nestjs/common';
import { Database } from '../state/database.js';

/** How something ended that was asked for: done, refused for want of rights, or failed. */
export type AuditOutcome = 'done' | 'refused' | 'failed';

/** Somebody changed something, or tried to. Nothing of what they sent is in it but names. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Who; '' when that is not known. */
  readonly user: string;
  /** How they came in, or what had the daemon do it for them. */
  readonly by: 'socket' | 'certificate' | 'token' | 'session' | 'nobody' | 'poll' | 'webhook';
  /** What the owner calls the token; '' for none. */
  readonly token: string;
  /** Where from; '' for the local socket. */
  readonly address: string;
  /** Name of the operation in the documents, or of the live channel. */
  readonly operation: string;
  /** What kind of thing it was about, such as `container`. */
  readonly kind: string;
  /** ID or name of that thing, to find it by. */
  readonly object: string;
  /** What people call it. */
  readonly name: string;
  readonly outcome: AuditOutcome;
  /** Of the answer over HTTP; 0 for live channels. */
  readonly status: number;
}

export interface AuditRecord extends AuditEntry {
  readonly id: number;
}

/** Which entries are wanted; of a text, a part of it. */
export interface AuditFilter {
  /** Only entries older than the one with this ID. */
  readonly before?: number;
  readonly user?: string;
  readonly operation?: string;
  readonly object?: string;
  readonly outcome?: AuditOutcome;
}

/** Entries kept; the oldest go first. At some 200 bytes each this is 20 MB. */
export const AUDIT_BUDGET = 100_000;
/** It is looked for too many entries once in so many. */
const PRUNED_EVERY = 500;
const LONGEST = 200;

/** Who changed what, when and from where. */
@Injectable()
export class AuditLog {
  private added = 0;

  constructor(
    private readonly database: Database,
    private readonly budget = AUDIT_BUDGET,
  ) {
    database.migrate('auth/audit', [
      `CREATE TABLE audit (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         time INTEGER NOT NULL,
         user TEXT NOT NULL,
         by TEXT NOT NULL,
         token TEXT NOT NULL,
         address TEXT NOT NULL,
         operation TEXT NOT NULL,
         kind TEXT NOT NULL,
         object TEXT NOT NULL,
         name TEXT NOT NULL,
         outcome TEXT NOT NULL,
         status INTEGER NOT NULL
       ) STRICT`,
    ]);
  }

  add({ time, user, by, token, address, operation, kind, object, name, outcome, status }: AuditEntry): void {
    const texts = [user, by, token, address, operation, kind, object, name, outcome].map((text) => text.slice(0, LONGEST));
    this.database.quick(() => {
      this.database.sqlite
        .prepare(
          `INSERT INTO audit (time, user, by, token, address, operation, kind, object, name, outcome, status)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(time, ...texts, status);
      if (this.added++ % PRUNED_EVERY === 0)
        this.database.sqlite.prepare('DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?').run(this.budget);
    });
  }

  /** Entries that fit, the youngest first. */
  list({ before, user = '', operation = '', object = '', outcome }: AuditFilter, limit: number): AuditRecord[] {
    return this.database.sqlite
      .prepare<unknown[], AuditRecord>(
        `SELECT * FROM audit
         WHERE id < ? AND instr(lower(user), lower(?)) > 0 AND instr(lower(operation), lower(?)) > 0
           AND (instr(lower(name), lower(?)) > 0 OR instr(object, ?) > 0 OR instr(kind, ?) > 0) AND (? = '' OR outcome = ?)
         ORDER BY id DESC LIMIT ?`,
      )
      .all(before ?? Number.MAX_SAFE_INTEGER, user, operation, object, object, object, outcome ?? '', outcome ?? '', limit);
  }
}
