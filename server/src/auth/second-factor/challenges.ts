const LIFE = 10 * 60_000;
/** The oldest make room: anybody may ask for one. */
const MOST = 1000;

/** Secrets that somebody has to come back with, once and soon. */
export class Challenges<Value> {
  private readonly byKey = new Map<string, { readonly value: Value; readonly expires: number }>();

  get size(): number {
    return this.byKey.size;
  }

  add(key: string, value: Value, now = Date.now()): void {
    for (const [old, { expires }] of this.byKey) {
      if (expires > now && this.byKey.size < MOST) break;
      this.byKey.delete(old);
    }
    this.byKey.set(key, { value, expires: now + LIFE });
  }

  /** What was added with `key`; only the first time. */
  take(key: string, now = Date.now()): Value | undefined {
    const found = this.byKey.get(key);
    this.byKey.delete(key);
    return found && found.expires > now ? found.value : undefined;
  }
}
