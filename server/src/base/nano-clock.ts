const MILLISECOND = 1_000_000n;

/** Nanoseconds since 1970, although Node.js tells the wall clock in milliseconds: the rest comes from the monotonic clock. */
export class NanoClock {
  private offset: bigint | undefined;

  constructor(
    private readonly wall: () => bigint = () => BigInt(Date.now()) * MILLISECOND,
    private readonly monotonic: () => bigint = () => process.hrtime.bigint(),
  ) {}

  now(): bigint {
    const wall = this.wall();
    const monotonic = this.monotonic();
    const now = monotonic + (this.offset ?? 0n);
    // The wall clock has been set, or runs faster or slower than the other one, as it does while it is being adjusted.
    const apart = this.offset === undefined || now < wall || now >= wall + MILLISECOND;
    if (!apart) return now;
    this.offset = wall - monotonic;
    return wall;
  }
}
