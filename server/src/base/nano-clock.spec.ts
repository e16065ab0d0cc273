import { describe, expect, it } from 'vitest';
import { NanoClock } from './nano-clock.js';

describe('NanoClock', () => {
  let wall = 5_000_000_000n;
  let monotonic = 100n;
  const clock = new NanoClock(
    () => wall,
    () => monotonic,
  );

  it('counts nanoseconds within a millisecond', () => {
    expect(clock.now()).toBe(5_000_000_000n);
    monotonic += 7_000n;
    expect(clock.now()).toBe(5_000_007_000n);
  });

  it('goes where the wall clock is set to', () => {
    wall = 9_000_000_000n;
    expect(clock.now()).toBe(9_000_000_000n);
    wall = 2_000_000_000n;
    monotonic += 500n;
    expect(clock.now()).toBe(2_000_000_000n);
    monotonic += 500n;
    expect(clock.now()).toBe(2_000_000_500n);
  });
});
