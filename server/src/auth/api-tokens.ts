import { Injectable } from '@nestjs/common';
import { newId, shortId } from '../base/ids.js';
import { invalidParameter, notFound } from '../base/errors.js';
import { Database } from '../state/database.js';
import type { Role, Scope } from './rights.js';
import { hashToken, newToken } from './token.js';
import { toUser, Users, type User } from './users.js';

/** What is known of a token that was given to a person for their programs. */
export interface ApiToken extends Scope {
  readonly id: string;
  /** What it is for, in the owner's words. */
  readonly name: string;
  readonly user: string;
  /** Milliseconds since 1970, as the others. */
  readonly created: number;
  /** When it is worth nothing any more; undefined for never. */
  readonly expires: number | undefined;
  /** When it was used last, to ten minutes; undefined for never. */
  readonly used: number | undefined;
}

/** What a token is asked for with. */
export interface ApiTokenWish extends Scope {
  readonly name: string;
  readonly expires: number | undefined;
}

/** Whom a token lets in. */
export interface TokenBearer {
  readonly user: User;
  readonly token: ApiToken;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly created: number;
  readonly role: Role;
  readonly projects: string | null;
  readonly expires: number | null;
  readonly used: number | null;
}

/** How every token begins, so that people and scanners of leaked secrets know one when they see it. */
const PREFIX = 'slipway_';
/** How far the saved time of the last use may lag behind, so that requests do not write. */
const USED_LAG = 10 * 60 * 1000;

const MIGRATIONS = [
  `CREATE TABLE api_token (
     id TEXT PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
     created INTEGER NOT NULL
   ) STRICT`,
  `ALTER TABLE api_token ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';
   ALTER TABLE api_token ADD COLUMN projects TEXT;
   ALTER TABLE api_token ADD COLUMN expires INTEGER;
   ALTER TABLE api_token ADD COLUMN used INTEGER`,
];

/** Tokens for `Authorization: Bearer`, such as the docker CLI's HttpHeaders send. Only their hashes are kept. */
@Injectable()
export class ApiTokens {
  private readonly listeners = new Set<(id: string) => void>();

  constructor(
    private readonly database: Database,
    _users: Users,
  ) {
    database.migrate('auth/token', MIGRATIONS);
  }

  /** Makes a token that acts for `user`; this is the only time it is told. */
  create(user: Pick<User, 'name'>, wish: ApiTokenWish, now = Date.now()): { token: string; record: ApiToken } {
    const { name, role, projects, expires } = wish;
    if (name.trim() === '') throw invalidParameter('name must say what the token is for');
    // No time at all is in no future either.
    if (expires !== undefined && !(expires > now)) throw invalidParameter('expires must be a time in the future');
    const token = PREFIX + newToken();
    const record: ApiToken = { id: shortId(newId()), name, user: user.name, created: now, role, projects, expires, used: undefined };
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT INTO api_token (id, hash, name, user, created, role, projects, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          record.id,
          hashToken(token),
          name,
          record.user,
          now,
          role,
          projects === undefined ? null : JSON.stringify(projects),
          expires ?? null,
        ),
    );
    return { token, record };
  }

  /** Whom `token` lets in: undefined when it is none, has expired, or its owner may not sign in. */
  bearer(token: string, now = Date.now()): TokenBearer | undefined {
    if (!token.startsWith(PREFIX)) return undefined;
    const row = this.database.sqlite
      .prepare<[string, number], Row & { owner: string; ownerRole: Role; ownerProjects: string }>(
        `SELECT api_token.*, user.name AS owner, user.role AS ownerRole, user.projects AS ownerProjects
         FROM api_token JOIN user ON user.name = api_token.user
         WHERE api_token.hash = ? AND user.disabled = 0 AND (api_token.expires IS NULL OR api_token.expires > ?)`,
      )
      .get(hashToken(token), now);
    if (!row) return undefined;
    if (now - (row.used ?? 0) >= USED_LAG)
      this.database.quick(() => this.database.sqlite.prepare('UPDATE api_token SET used = ? WHERE id = ?').run(now, row.id));
    return { user: toUser({ name: row.owner, role: row.ownerRole, projects: row.ownerProjects }), token: toToken(row) };
  }

  /** Every token of `user`, oldest first. */
  list(user: Pick<User, 'name'>): ApiToken[] {
    return this.database.sqlite
      .prepare<[string], Row>('SELECT * FROM api_token WHERE user = ? ORDER BY created, id')
      .all(user.name)
      .map(toToken);
  }

  /** Makes a token worthless. @throws NotFound when `user` has none with this ID */
  remove(user: Pick<User, 'name'>, id: string): void {
    const { changes } = this.database.durable(() =>
      this.database.sqlite.prepare('DELETE FROM api_token WHERE id = ? AND user = ?').run(id, user.name),
    );
    if (changes === 0) throw notFound(`No such token: ${id}`);
    for (const listener of this.listeners) listener(id);
  }

  /** Calls `listener` with the ID of every token that is removed. @returns how to stop that */
  onRemove(listener: (id: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function toToken({ id, name, user, created, role, projects, expires, used }: Row): ApiToken {
  return {
    id,
    name,
    user,
    created,
    role,
    projects: projects === null ? undefined : (JSON.parse(projects) as string[]),
    expires: expires ?? undefined,
    used: used ?? undefined,
  };
}
