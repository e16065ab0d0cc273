import { expect, test } from 'vitest';
import { parseIgnore } from './ignore.js';

test.each([
  ['*.log', 'a.log', true],
  ['*.log', 'x/a.log', false],
  ['**/*.log', 'x/y/a.log', true],
  ['**/*.log', 'a.log', true],
  ['x', 'x/y/z', true],
  ['/x/', 'x/y', true],
  ['./x/../y', 'y', true],
  ['x/**', 'x/a/b', true],
  ['a?c', 'abc', true],
  ['[ab]c', 'bc', true],
  ['# not\nx', '# not', false],
  ['*\n!keep', 'keep', false],
  ['*\n!keep', 'other', true],
  ['*\n!x/keep', 'x/keep', false],
  ['!x\nx', 'x', true],
  ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
  ['a+b', 'a+b', true],
  ['a?c', 'a\u{1f6a2}c', true],
  ['a?c', 'a\u{1f6a2}\u{1f6a2}c', false],
  ['\u{1f6a2}*', '\u{1f6a2}\n', true],
])('%j and %s', (content, path, ignored) => expect(parseIgnore(content).ignores(path)).toBe(ignored));

test('a pattern that is none is refused', () => expect(() => parseIgnore('[z-a]')).toThrow(/syntax error in pattern/));

test('no pattern takes long', () => {
  const begun = performance.now();
  const ignore = parseIgnore(`${'**/*a'.repeat(100)}b\n${'*a'.repeat(400)}b`);
  expect(ignore.ignores('a'.repeat(3000))).toBe(false);
  // Backtracking would go on for longer than the world has been there.
  expect(performance.now() - begun).toBeLessThan(5000);
});
