import { describe, expect, test } from 'vitest';
import { parseDuration, parseTimestamp } from './timestamp.js';

describe('parseDuration', () => {
  test.each([
    ['1h30m', 5_400_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['250ms', 250_000_000n],
    ['-10s', -10_000_000_000n],
  ])('%s', (text, nanoseconds) => expect(parseDuration(text)).toBe(nanoseconds));

  test.each(['', '10', 'h', '1d'])('%j is none', (text) => expect(parseDuration(text)).toBeUndefined());
});

describe('parseTimestamp', () => {
  test.each([
    ['1700000000', 1_700_000_000_000_000_000n],
    ['1700000000.000000001', 1_700_000_000_000_000_001n],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000_000_000n],
    ['2023-11-14T22:13:20.5+00:00', 1_700_000_000_500_000_000n],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000_000_000n],
    ['2023-11-14', 1_699_920_000_000_000_000n],
  ])('%s', (text, nanoseconds) => expect(parseTimestamp('since', text)).toBe(nanoseconds));

  test('a duration counts back from now', () => expect(parseTimestamp('since', '10s', 1_000_000)).toBe(990_000_000_000n));

  test.each(['9223372036854775808', '20000000h'])('%s is too far away', (text) =>
    expect(() => parseTimestamp('until', text, 0)).toThrow(/invalid value for until: .* is further away than time is told/),
  );

  test('anything else is refused by name', () => expect(() => parseTimestamp('until', 'soon')).toThrow(/invalid value for until/));
});
