import { Injectable } from '@nestjs/common';
import { hashToken, newToken, sameSecret } from './token.js';

/** The secret that lets the first admin be made, once. It lives as long as the daemon's process; only its hash is kept. */
@Injectable()
export class SetupToken {
  private hash: string | undefined;

  /** Makes a new one; a former one is worth nothing any more. */
  issue(): string {
    const token = newToken();
    this.hash = hashToken(token);
    return token;
  }

  matches(token: string): boolean {
    return this.hash !== undefined && sameSecret(hashToken(token), this.hash);
  }

  use(): void {
    this.hash = undefined;
  }
}
