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
])('%j and %s', (content, path, ignored) => expect(parseIgnore(content).ignores(path)).toBe(ignored));

test('a pattern that is none is refused', () => expect(() => parseIgnore('[z-a]')).toThrow(/syntax error in pattern/));
