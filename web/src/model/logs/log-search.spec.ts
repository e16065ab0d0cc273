import { describe, expect, it } from 'vitest';
import { compileQuery, hitsIn, markSpans } from './log-search';

describe('compileQuery', () => {
  it('takes plain text literally and ignores case unless there is a capital', () => {
    expect(hitsIn('GET /a.b?c (x)', compileQuery('a.b?c (', false).pattern!)).toEqual([[5, 12]]);
    expect(hitsIn('Error error', compileQuery('error', false).pattern!)).toHaveLength(2);
    expect(hitsIn('Error error', compileQuery('Error', false).pattern!)).toHaveLength(1);
  });

  it('escapes everything that a unicode expression would stumble on', () => {
    for (const text of ['a-b', 'a/b', '[x]', '\\d', '{}', '$^']) expect(compileQuery(text, false).error).toBeUndefined();
  });

  it('says why an expression is none', () => {
    expect(compileQuery('(', true).error).toMatch(/unterminated group/i);
  });

  it('does not hang on empty hits', () => {
    expect(hitsIn('abc', compileQuery('x*', true).pattern!)).toEqual([]);
  });
});

describe('markSpans', () => {
  it('marks a hit across two colours', () => {
    expect(markSpans([{ text: 'abc', fg: 1 }, { text: 'def' }], [[2, 4]])).toEqual([
      { text: 'ab', fg: 1 },
      { text: 'c', fg: 1, hit: true },
      { text: 'd', hit: true },
      { text: 'ef' },
    ]);
  });
});
