import { cancelled } from '../base/errors.js';

/** Those who wait for one thing to happen. Costs nothing while nobody waits. */
export class Waiters<T> {
  private readonly waiting = new Set<(value: T) => void>();

  /** Resolves with the next value told. @throws Cancelled when `signal` is aborted first */
  next(signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(cancelled('the wait was cancelled'));
      const settle = (value: T) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      };
      const abort = () => {
        this.waiting.delete(settle);
        reject(cancelled('the wait was cancelled'));
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.add(settle);
    });
  }

  /** Tells all who wait. */
  tell(value: T): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const settle of waiting) settle(value);
  }
}
