import { expect, it } from 'vitest';
import { applyChange } from './list-change';

const keyOf = (item: { id: string }) => item.id;
const start = new Map([
  ['a', { id: 'a', n: 1 }],
  ['b', { id: 'b', n: 1 }],
]);

it('puts in, replaces and removes, and leaves the rest the same', () => {
  const next = applyChange(
    start,
    {
      upsert: [
        { id: 'b', n: 2 },
        { id: 'c', n: 1 },
      ],
      remove: ['x'],
    },
    keyOf,
  );
  expect([...next.values()].map(({ id, n }) => `${id}${n}`)).toEqual(['a1', 'b2', 'c1']);
  expect(next.get('a')).toBe(start.get('a'));
  expect(start.get('b')?.n).toBe(1);
});

it('starts over on reset', () => {
  expect([...applyChange(start, { reset: true, upsert: [{ id: 'z', n: 0 }], remove: [] }, keyOf).keys()]).toEqual(['z']);
});

it('keeps what is removed and put in by the same change', () => {
  expect(applyChange(start, { upsert: [{ id: 'a', n: 9 }], remove: ['a'] }, keyOf).get('a')?.n).toBe(9);
});
