import { KindError } from '../base/errors.js';

/** Secrets were guessed too often from one address. */
export class TooManyAttempts extends KindError {
  /** @param retryAfter seconds to wait */
  constructor(readonly retryAfter: number) {
    super('TooManyRequests', `too many failed attempts; try again in ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}`);
  }
}
