import { describe, expect, test } from 'vitest';
import { requiredText } from './literal.js';

describe('the text that every match holds', () => {
  test.each([
    ['timeout', 'timeout'],
    ['connect.*timeout', 'connect'],
    ['colou?rfully', 'rfully'],
    ['ab{0,2}cde', 'cde'],
    ['^POST .* 5[0-9]{2}$', 'POST '],
    ['basket/[a-f(]+x', 'basket/'],
    [String.raw`at (\w+\)|x)\.rope\.js`, '.rope.js'],
    [String.raw`\d+ms`, 'ms'],
    [String.raw`[\]x]yz`, 'yz'],
    ['(?:a|b)+long(er)?', 'long'],
    ['ha+lter', 'lter'],
    ['go+', 'go'],
    [String.raw`\u{41}bc`, 'bc'],
    [String.raw`\x41b`, 'b'],
    ['(?<=seen)', ''],
    ['error|warning', ''],
    ['[abc]', ''],
    ['', ''],
  ])('of %s is %j', (expression, text) => {
    expect(requiredText(expression)).toBe(text);
  });

  test('is in whatever an expression matches', () => {
    for (const [expression, matched] of [
      [String.raw`(\d+)\.(\d+) s`, '12.5 s'],
      ['a{2}b+c', 'aabbbc'],
      [String.raw`\[warn\] disk (\S+)`, '[warn] disk full'],
    ] as const) {
      expect(new RegExp(expression, 'u').exec(matched)?.[0]).toContain(requiredText(expression));
    }
  });
});
