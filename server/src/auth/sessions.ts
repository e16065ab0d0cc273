import { Injectable } from '@nestjs/common';
import type { Statement } from 'better-sqlite3';
import { Database } from '../state/database.js';
import { hashToken, newToken } from './token.js';
import type { Role } from './rights.js';
import { toUser, Users, type User } from './users.js';

const DAY = 24 * 60 * 60 * 1000;
/** A session ends this long after its last request, in milliseconds. */
export const IDLE_LIFE = 7 * DAY;
/** A session ends this long after the sign-in, whatever happens. */
export const WHOLE_LIFE = 30 * DAY;
/** How far the saved time of the last request may lag behind, so that requests do not write. */
const SEEN_LAG = 10 * 60 * 1000;

export interface Session {
  /** SHA-256 of the cookie's token; says nothing about the token. */
  readonly id: string;
  readonly user: User;
  /** When it ends if nothing more is heard, in milliseconds since 1970. */
  readonly expires: number;
  /** What the page sends back as X-Slipway-Token to prove that a request is its own; made from the cookie's token. */
  readonly requestToken: string;
}

/** Where a session was opened from, as far as the browser tells. */
export interface Origin {
  readonly address: string;
  /** The User-Agent header. */
  readonly agent: string;
}

/** A session as its owner is shown it. */
export interface SessionRecord extends Origin {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** To ten minutes. */
  readonly seen: number;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly projects: string;
  readonly created: number;
  readonly seen: number;
}

const AGENT_LENGTH = 300;
const NOWHERE: Origin = { address: '', agent: '' };

const MIGRATIONS = [
  `CREATE TABLE session (
     id TEXT PRIMARY KEY,
     user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
     created INTEGER NOT NULL,
     seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  `ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
   ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT ''`,
];

type EndListener = (id: string) => void;

/** Who is signed in at the dashboard. Only hashes of the tokens are kept. */
@Injectable()
export class Sessions {
  private readonly listeners = new Set<EndListener>();
  private readonly selection: Statement<[string], Row>;

  constructor(
    private readonly database: Database,
    _users: Users,
  ) {
    database.migrate('auth/session', MIGRATIONS);
    this.selection = database.sqlite.prepare(
      `SELECT session.id, user.name, user.role, user.projects, session.created, session.seen
       FROM session JOIN user ON user.name = session.user WHERE session.id = ? AND user.disabled = 0`,
    );
  }

  /** Signs `user` in. The token goes into the cookie and is not kept. */
  open(user: User, now = Date.now(), { address, agent }: Origin = NOWHERE): { token: string; session: Session } {
    const token = newToken();
    const id = hashToken(token);
    this.database.durable(() => {
      this.database.sqlite.prepare('DELETE FROM session WHERE seen < ? OR created < ?').run(now - IDLE_LIFE, now - WHOLE_LIFE);
      this.database.sqlite
        .prepare('INSERT INTO session (id, user, created, seen, address, agent) VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, user.name, now, now, address, agent.slice(0, AGENT_LENGTH));
    });
    return {
      token,
      session: toSession({ id, name: user.name, role: user.role, projects: JSON.stringify(user.projects), created: now, seen: now }, token),
    };
  }

  /** The live session of a cookie's token, prolonged by this. */
  touch(token: string, now = Date.now()): Session | undefined {
    const row = this.selection.get(hashToken(token));
    if (!row) return undefined;
    if (expiry(row) <= now) {
      this.end(row.id);
      return undefined;
    }
    if (now - row.seen >= SEEN_LAG) {
      this.database.quick(() => this.database.sqlite.prepare('UPDATE session SET seen = ? WHERE id = ?').run(now, row.id));
    }
    return toSession({ ...row, seen: now }, token);
  }

  /** The live sessions of a user, the youngest first. */
  list(user: Pick<User, 'name'>, now = Date.now()): SessionRecord[] {
    return this.database.sqlite
      .prepare<[string, number, number], SessionRecord>(
        'SELECT id, created, seen, address, agent FROM session WHERE user = ? AND seen >= ? AND created >= ? ORDER BY created DESC',
      )
      .all(user.name, now - IDLE_LIFE, now - WHOLE_LIFE);
  }

  /** Ends the sessions of a user, but for the one that is named. */
  endAll(user: Pick<User, 'name'>, but?: string): void {
    for (const { id } of this.list(user)) if (id !== but) this.end(id);
  }

  /** Ends a session at once: its token is worth nothing from here on. */
  end(id: string): void {
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM session WHERE id = ?').run(id));
    for (const listener of this.listeners) listener(id);
  }

  /** Calls `listener` with the ID of every session that ends. @returns how to stop that */
  onEnd(listener: EndListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function expiry({ seen, created }: Row): number {
  return Math.min(seen + IDLE_LIFE, created + WHOLE_LIFE);
}

function toSession(row: Row, token: string): Session {
  return {
    id: row.id,
    user: toUser(row),
    expires: expiry(row),
    requestToken: Buffer.from(hashToken(`request token of ${token}`), 'hex').toString('base64url'),
  };
}
