/** Locks by key, first come, first served. A key costs nothing while nobody holds it. */
export class Locks {
  private readonly tails = new Map<string, Promise<void>>();

  /** Waits for the lock of `key` and returns its release. */
  async acquire(key: string): Promise<() => void> {
    const before = this.tails.get(key);
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const tail = before ? before.then(() => held) : held;
    this.tails.set(key, tail);
    await before;
    return () => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
      release();
    };
  }
}
