/** A number of places for work that goes on at once; who comes later waits in line. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;

  /** @param count asked each time, for it may change; never less than one place */
  constructor(private readonly count: () => number) {}

  /** Whether the next one has to wait. */
  get full(): boolean {
    return this.taken >= Math.max(1, this.count());
  }

  /** Waits for a place. @returns how to give it back, once @throws the signal's reason when it is aborted meanwhile */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.full) await this.queue(signal);
    else this.taken++;
    return () => {
      const next = this.waiting.shift();
      if (next) next();
      else this.taken--;
    };
  }

  /** A place that is given back passes to the first in line without becoming free. */
  private queue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.push(enter);
    });
  }
}
