/** Lets work on the same thing happen one after the other, in the order in which it was asked for. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  /** Runs `work` when all that was asked for earlier with the same key has ended, well or badly. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.last.get(key) ?? Promise.resolve()).then(work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(key, settled);
    void settled.then(() => this.last.get(key) === settled && this.last.delete(key));
    return result;
  }
}
