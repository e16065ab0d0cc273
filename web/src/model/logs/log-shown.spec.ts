import { expect, test } from 'vitest';
import { shownRows } from './log-shown';
import { LogWindow } from './log-window';

const window = new LogWindow();
window.append(
  ['INFO started', 'ERROR broken', '    at a (b.js:1)', '    at c (d.js:2)', 'plain'].map((text, at) => ({
    time: `2026-01-01T00:00:0${at}Z`,
    stream: at === 4 ? 'stderr' : 'stdout',
    text,
  })),
);
const shown = (filter: Partial<Parameters<typeof shownRows>[1]>, unfolded: number[] = []) =>
  shownRows(window.rows, { stream: 'all', level: 'all', fold: false, ...filter }, new Set(unfolded));
const numbers = (filter: Parameters<typeof shown>[0], unfolded?: number[]) => shown(filter, unfolded).rows.map(({ sequence }) => sequence);

test('a level keeps what belongs to its lines', () => {
  expect(numbers({})).toEqual([0, 1, 2, 3, 4]);
  expect(numbers({ level: 'warn' })).toEqual([1, 2, 3]);
  expect(numbers({ stream: 'stderr' })).toEqual([4]);
});

test('what goes on is folded under its head, until that is opened', () => {
  expect(numbers({ fold: true })).toEqual([0, 1, 4]);
  expect(shown({ fold: true }).folded).toEqual(new Map([[1, 2]]));
  expect(numbers({ fold: true }, [1])).toEqual([0, 1, 2, 3, 4]);
});
