import { expect, it } from 'vitest';
import { Challenges } from './challenges.js';

it('are taken once, and soon', () => {
  const challenges = new Challenges<string>();
  challenges.add('a', 'first', 0);
  expect(challenges.take('a', 1)).toBe('first');
  expect(challenges.take('a', 1)).toBeUndefined();
  challenges.add('b', 'second', 0);
  expect(challenges.take('b', 11 * 60_000)).toBeUndefined();
});

it('are no more than so many, whoever asks for them', () => {
  const challenges = new Challenges<number>();
  for (let at = 0; at < 5000; at++) challenges.add(String(at), at, 0);
  expect(challenges.take('0', 1)).toBeUndefined();
  expect(challenges.take('4999', 1)).toBe(4999);
  expect(challenges.size).toBeLessThanOrEqual(1000);
});
