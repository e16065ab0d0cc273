import { Injectable } from '@nestjs/common';
import { Database } from '../state/database.js';
import { hashToken, newToken } from './token.js';
import { Users, type User } from './users.js';

/** A link to choose a password with is good for so long, in milliseconds. */
export const INVITATION_LIFE = 3 * 24 * 60 * 60 * 1000;

/** One-time links by which people choose their first password, or a new one. Only hashes of their tokens are kept. */
@Injectable()
export class Invitations {
  constructor(
    private readonly database: Database,
    _users: Users,
  ) {
    database.migrate('auth/invitation', [
      `CREATE TABLE invitation (
         user TEXT PRIMARY KEY REFERENCES user (name) ON DELETE CASCADE,
         hash TEXT NOT NULL UNIQUE,
         expires INTEGER NOT NULL
       ) STRICT`,
    ]);
  }

  /** A new link for `user`; one before it is worth nothing any more. */
  issue({ name }: Pick<User, 'name'>, now = Date.now()): { token: string; expires: number } {
    const token = newToken();
    const expires = now + INVITATION_LIFE;
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT OR REPLACE INTO invitation (user, hash, expires) VALUES (?, ?, ?)')
        .run(name, hashToken(token), expires),
    );
    return { token, expires };
  }

  /** Whom a token invites; undefined when it is none, was used, or is too old. */
  userOf(token: string, now = Date.now()): string | undefined {
    return this.database.sqlite
      .prepare<[string, number], { user: string }>('SELECT user FROM invitation WHERE hash = ? AND expires > ?')
      .get(hashToken(token), now)?.user;
  }

  /** When the link of a user that has not been used ends; undefined for none. */
  expiryOf(name: string, now = Date.now()): number | undefined {
    return this.database.sqlite
      .prepare<[string, number], { expires: number }>('SELECT expires FROM invitation WHERE user = ? AND expires > ?')
      .get(name, now)?.expires;
  }

  /** Uses a token up. @returns false when somebody else was faster */
  use(token: string): boolean {
    return (
      this.database.durable(() => this.database.sqlite.prepare('DELETE FROM invitation WHERE hash = ?').run(hashToken(token))).changes > 0
    );
  }
}
