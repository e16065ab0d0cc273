import { describe, expect, it } from 'vitest';
import type { LogLine } from '@live';
import { isLater, LogWindow } from './log-window';

const lines = (count: number, from = 0): LogLine[] =>
  Array.from({ length: count }, (_, at) => ({ time: '2026-01-01T00:00:00Z', stream: 'stdout', text: `line ${from + at}` }));

describe('LogWindow', () => {
  it('keeps the newest lines and says how many went', () => {
    const window = new LogWindow(100);
    window.append(lines(250));
    expect(window.rows).toHaveLength(100);
    expect(window.skipped).toBe(150);
    expect(window.rows[0]?.text).toBe('line 150');
    expect(window.rows[0]?.sequence).toBe(150);
  });

  it('stays bounded under many small batches', () => {
    const window = new LogWindow(100);
    for (let at = 0; at < 100; at++) window.append(lines(7, at * 7));
    expect(window.rows.length).toBeLessThanOrEqual(110);
    expect(window.rows.length + window.skipped).toBe(700);
    expect(window.rows.at(-1)?.text).toBe('line 699');
  });

  it('moves nothing while held, then lets the waiting lines in', () => {
    const window = new LogWindow(100);
    window.append(lines(10));
    window.hold();
    expect(window.append(lines(5, 10))).toEqual([]);
    expect(window.rows).toHaveLength(10);
    expect(window.release()).toHaveLength(5);
    expect(window.rows.at(-1)?.text).toBe('line 14');
  });

  it('bounds the waiting lines too', () => {
    const window = new LogWindow(100);
    window.append(lines(5));
    window.hold();
    window.append(lines(1000, 5));
    expect(window.waiting).toHaveLength(100);
    expect(window.skipped).toBe(0);
    window.release();
    expect(window.rows.map(({ text }) => text)).toEqual(lines(100, 905).map(({ text }) => text));
    expect(window.skipped).toBe(905);
  });

  it('puts older lines in front with their own numbers, as far as there is room', () => {
    const window = new LogWindow(10);
    window.append(lines(4, 20));
    const taken = window.prepend(lines(20));
    expect(taken).toHaveLength(6);
    expect(window.rows.map(({ text }) => text).slice(5, 7)).toEqual(['line 19', 'line 20']);
    expect(new Set(window.rows.map(({ sequence }) => sequence)).size).toBe(10);
    expect(window.rows.map(({ sequence }) => sequence)).toEqual([-6, -5, -4, -3, -2, -1, 0, 1, 2, 3]);
  });

  it('takes a batch far larger than the stack', () => {
    const window = new LogWindow(20_000);
    window.append(lines(150_000));
    expect(window.rows).toHaveLength(20_000);
  });
});

describe('isLater', () => {
  it('compares to the nanosecond, however many digits are written', () => {
    expect(isLater('2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.099999999Z')).toBe(true);
    expect(isLater('2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00Z')).toBe(true);
    expect(isLater('2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.500000000Z')).toBe(false);
    expect(isLater('2026-01-01T00:00:01Z', '2026-01-01T00:00:00.999Z')).toBe(true);
  });
});
