import { expect, it } from 'vitest';
import { linearPattern } from './linear-pattern.js';

it('matches as any regular expression', () => {
  expect(linearPattern('^/?web[0-9]{1,3}$').test('/web12')).toBe(true);
  expect(linearPattern('^/?web[0-9]{1,3}$').test('/web1234')).toBe(false);
});

it.each(['(a+)+$', '^(a|aa)+$', '[^/]*'.repeat(60)])('takes no time for %s', (source) => {
  const begun = performance.now();
  expect(linearPattern(`${source}!`).test('a'.repeat(4000))).toBe(false);
  // Backtracking would go on for longer than the world has been there.
  expect(performance.now() - begun).toBeLessThan(5000);
});

it.each(['(?=a)b', '(a)\\1', 'a{1,99999}', '(', 'a'.repeat(1001)])('refuses %s', (source) => {
  expect(() => linearPattern(source)).toThrow(/pattern/);
});
