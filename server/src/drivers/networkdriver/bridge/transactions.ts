interface Waiting {
  readonly commands: string;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Runs nft(8) commands one transaction after the other, and what has come meanwhile together in the next one: each has a price
 * of its own, and many containers start and end at once.
 */
export class Transactions {
  private waiting: Waiting[] = [];
  private isWorking = false;

  /** @param commit runs commands, all or none */
  constructor(private readonly commit: (commands: string) => Promise<unknown>) {}

  /** Runs `commands`, all or none. Rejects with what `commit` says of them alone. */
  run(commands: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ commands, resolve, reject });
    if (!this.isWorking) void this.work();
    return promise;
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    while (this.waiting.length > 0) await this.together(this.waiting.splice(0));
    this.isWorking = false;
  }

  private async together(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.commit(batch.map(({ commands }) => commands).join(''));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const [first] = batch;
      if (first && batch.length === 1) return first.reject(error);
      // One of them is at fault, and the others are not to suffer for it.
      for (const one of batch) await this.together([one]);
    }
  }
}
