import { expect, it } from 'vitest';
import { formatAgo, formatCpu, formatMemory, formatSize, formatSpan, parseTime } from './format';

it('scales with three figures', () => {
  expect([formatMemory(0), formatMemory(1023), formatMemory(1536), formatMemory(64 * 2 ** 20), formatMemory(2 ** 50)]).toEqual([
    '0 B',
    '1023 B',
    '1.50 KiB',
    '64.0 MiB',
    '1024 TiB',
  ]);
  expect(formatSize(7_812_345)).toBe('7.81 MB');
  expect([formatCpu(0.123), formatCpu(12.34), formatCpu(187.5)]).toEqual(['0.12%', '12.3%', '188%']);
});

it('tells spans in their largest unit', () => {
  expect([formatSpan(0.4), formatSpan(61), formatSpan(3 * 3600 + 5), formatSpan(86400 * 40)]).toEqual([
    '0 seconds',
    '1 minute',
    '3 hours',
    '1 month',
  ]);
  expect(formatAgo(1000, 4000)).toBe('just now');
});

it("takes Docker's zero time for never", () => {
  expect(parseTime('0001-01-01T00:00:00Z')).toBeUndefined();
  expect(parseTime('2026-01-01T00:00:00.123456789Z')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
});
