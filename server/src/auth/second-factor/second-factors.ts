import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { conflict, invalidParameter } from '../../base/errors.js';
import { PRODUCT } from '../../base/product.js';
import { Database } from '../../state/database.js';
import { hashToken } from '../token.js';
import { matchTotp, newTotpSecret, totpUri } from './totp.js';
import { Users } from '../users.js';

const RECOVERY_CODES = 10;
const RECOVERY_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const RECOVERY_LENGTH = 12;

interface Row {
  readonly secret: string;
  readonly confirmed: number;
  readonly step: number;
}

/** Codes of an authenticator beside the password, and recovery codes for when it is lost: those are kept as hashes. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly database: Database,
    _users: Users,
  ) {
    database.migrate('auth/second-factor', [
      `CREATE TABLE totp (
         user TEXT PRIMARY KEY REFERENCES user (name) ON DELETE CASCADE,
         secret TEXT NOT NULL,
         confirmed INTEGER NOT NULL,
         step INTEGER NOT NULL
       ) STRICT;
       CREATE TABLE recovery_code (
         user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
         hash TEXT NOT NULL,
         PRIMARY KEY (user, hash)
       ) STRICT, WITHOUT ROWID`,
    ]);
  }

  /** Whether `user` has to give a code beside the password. */
  isOn(user: string): boolean {
    return this.find(user)?.confirmed === 1;
  }

  /** A secret for an authenticator; it counts once `confirm` has seen a code of it. @throws Conflict when there is one already */
  begin(user: string): { secret: string; uri: string } {
    if (this.isOn(user)) throw conflict('there is an authenticator already: switch it off first');
    const secret = newTotpSecret();
    this.database.durable(() =>
      this.database.sqlite.prepare('INSERT OR REPLACE INTO totp (user, secret, confirmed, step) VALUES (?, ?, 0, 0)').run(user, secret),
    );
    return { secret, uri: totpUri(secret, user, PRODUCT.name) };
  }

  /** Switches the second factor on. @returns recovery codes, told only now @throws InvalidParameter for a wrong code */
  confirm(user: string, code: string, now = Date.now()): string[] {
    const row = this.find(user);
    if (!row || row.confirmed) throw conflict('there is no authenticator to be confirmed: begin anew');
    const step = matchTotp(row.secret, plain(code), 0, now);
    if (step === undefined) throw invalidParameter('this is not the code that the authenticator shows now');
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    this.database.durable(() => {
      this.database.sqlite.prepare('UPDATE totp SET confirmed = 1, step = ? WHERE user = ?').run(step, user);
      this.database.sqlite.prepare('DELETE FROM recovery_code WHERE user = ?').run(user);
      for (const each of codes)
        this.database.sqlite.prepare('INSERT INTO recovery_code (user, hash) VALUES (?, ?)').run(user, hashToken(plain(each)));
    });
    return codes;
  }

  /** Whether `code` is the authenticator's, or a recovery code; it is good for once. */
  check(user: string, code: string, now = Date.now()): boolean {
    const row = this.find(user);
    if (!row?.confirmed) return false;
    const step = matchTotp(row.secret, plain(code), row.step, now);
    return this.database.durable(() => {
      if (step !== undefined) return this.database.sqlite.prepare('UPDATE totp SET step = ? WHERE user = ?').run(step, user).changes > 0;
      const used = this.database.sqlite.prepare('DELETE FROM recovery_code WHERE user = ? AND hash = ?').run(user, hashToken(plain(code)));
      return used.changes > 0;
    });
  }

  off(user: string): void {
    this.database.durable(() => {
      this.database.sqlite.prepare('DELETE FROM totp WHERE user = ?').run(user);
      this.database.sqlite.prepare('DELETE FROM recovery_code WHERE user = ?').run(user);
    });
  }

  /** Recovery codes that have not been used. */
  recoveryCodes(user: string): number {
    const row = this.database.sqlite
      .prepare<[string], { count: number }>('SELECT count(*) AS count FROM recovery_code WHERE user = ?')
      .get(user);
    return row?.count ?? 0;
  }

  private find(user: string): Row | undefined {
    return this.database.sqlite.prepare<[string], Row>('SELECT secret, confirmed, step FROM totp WHERE user = ?').get(user);
  }
}

/** Letters that are not taken for each other, in groups: some 59 bits. */
function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LENGTH }, () => RECOVERY_LETTERS[randomInt(RECOVERY_LETTERS.length)]).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

/** As people type codes: with spaces, dashes, in capitals. */
function plain(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toLowerCase();
}
