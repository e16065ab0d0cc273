import { describe, expect, test } from 'vitest';
import { LogPattern } from './pattern.js';

const lines = (...texts: string[]) => texts.map((text) => ({ text }));

describe('a pattern', () => {
  test('of text takes every sign as it is, and no account of case without a capital', () => {
    expect(new LogPattern('a.b', false).filter(lines('A.B', 'axb'))).toEqual(lines('A.B'));
    expect(new LogPattern('Ab', false).filter(lines('Ab', 'ab'))).toEqual(lines('Ab'));
  });

  test('looks through colours', () => {
    expect(new LogPattern('red light', false).filter(lines('\x1b[31mred\x1b[0m light'))).toHaveLength(1);
  });

  test('of an expression, with its anchors', () => {
    expect(new LogPattern('^GET .* 5\\d\\d$', true).filter(lines('GET /a 500', 'GET /a 200', 'x GET / 500'))).toEqual(lines('GET /a 500'));
    expect(() => new LogPattern('(', true)).toThrow('not a regular expression');
  });

  test.each([
    ['timeout', true, 'timeout'],
    ['Time.*out', true, 'time'],
    ['a|b', true, ''],
    ['Größe', false, 'gr'],
    ['GET /basket', false, 'basket'],
    ['"level":"warn"', false, 'level'],
  ])('%s tells what every hit holds', (text, regex, needle) => {
    expect(new LogPattern(text, regex).needle).toBe(needle);
  });

  test('that would never end is broken off', () => {
    const start = performance.now();
    expect(() => new LogPattern('^(a+)+$', true).filter(lines(`${'a'.repeat(60)}!`))).toThrow('takes too long');
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(new LogPattern('^(a+)+$', true).filter(lines('aaa'))).toHaveLength(1);
  });
});
