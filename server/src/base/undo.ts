/** Takes one step back. */
export type UndoStep = () => unknown;

/**
 * What has been acquired and how to give it back, last in, first out.
 * A step is registered in the line that acquires: `undo.add(await store.reserve(name), () => store.release(name))`.
 */
export class Undo {
  private steps: UndoStep[] = [];

  /** Registers how to give `value` back and returns it. */
  add<T>(value: T, step: UndoStep): T {
    this.steps.push(step);
    return value;
  }

  /** Forgets every step: what was acquired is kept. */
  commit(): void {
    this.steps = [];
  }

  /**
   * Takes every step back, newest first. A step that fails does not stop the others.
   * @returns what the failing steps threw
   */
  async unwind(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
