/** What waits for a channel to have room: gathered by the one side, taken as a whole by the other. */
export class Pending<T> {
  private value: T;
  private wake: (() => void) | undefined;

  /**
   * @param empty makes what there is when nothing waits
   * @param isEmpty tells whether something does
   * @param signal ends the wait for something
   */
  constructor(
    private readonly empty: () => T,
    private readonly isEmpty: (value: T) => boolean,
    private readonly signal: AbortSignal,
  ) {
    this.value = empty();
    signal.addEventListener('abort', () => this.wake?.(), { once: true });
  }

  /** Changes what waits. */
  add(change: (value: T) => void): void {
    change(this.value);
    if (!this.isEmpty(this.value)) this.wake?.();
  }

  /** All that waits, as soon as there is something; undefined when the signal is aborted first. */
  async take(): Promise<T | undefined> {
    while (this.isEmpty(this.value) && !this.signal.aborted) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.signal.aborted ? undefined : this.drain();
  }

  /** All that waits, now. */
  drain(): T {
    const taken = this.value;
    this.value = this.empty();
    return taken;
  }
}
