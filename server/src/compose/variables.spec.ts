import { describe, expect, it } from 'vitest';
import { interpolate, type Use } from './variables.js';

const values: Record<string, string> = { SET: 'value', EMPTY: '', OTHER: 'other' };
const expand = (text: string) => interpolate(text, (name) => values[name]);

describe('variables in a text', () => {
  it.each([
    ['plain', 'plain'],
    ['a $SET b', 'a value b'],
    ['${SET}', 'value'],
    ['$$SET and $${SET}', '$SET and ${SET}'],
    ['${UNSET}', ''],
    ['${UNSET:-or}', 'or'],
    ['${EMPTY:-or}', 'or'],
    ['${EMPTY-or}', ''],
    ['${UNSET-or}', 'or'],
    ['${SET:-or}', 'value'],
    ['${SET:+then}', 'then'],
    ['${EMPTY:+then}', ''],
    ['${EMPTY+then}', 'then'],
    ['${UNSET+then}', ''],
    ['${SET:?must}', 'value'],
    ['${EMPTY?must}', ''],
    ['${UNSET:-${SET}}', 'value'],
    ['${UNSET:-a ${UNSET:-${OTHER}} b}', 'a other b'],
    ['${UNSET:-http://x:80/}', 'http://x:80/'],
    ['$SET$OTHER', 'valueother'],
    ['${SET}_tail', 'value_tail'],
  ])('%s becomes %s', (text, result) => expect(expand(text)).toBe(result));

  it.each([
    ['${UNSET:?set it}', 'required variable UNSET is missing a value: set it'],
    ['${EMPTY:?set it}', 'required variable EMPTY is missing a value: set it'],
    ['${UNSET?}', 'required variable UNSET is missing a value'],
    ['${SET', 'not closed'],
    ['${}', 'invalid interpolation format'],
    ['${SET!x}', 'invalid interpolation format'],
    ['a $ b', 'write $$'],
  ])('%s is refused', (text, message) => expect(() => expand(text)).toThrow(message));

  it('tells which variables are used, and whether something stands in', () => {
    const used: Use[] = [];
    interpolate(
      '$A ${B:-${C}} ${D?}',
      () => 'x',
      (use) => used.push(use),
    );
    expect(used).toEqual([
      { name: 'A', fallback: false },
      { name: 'B', fallback: true },
      { name: 'D', fallback: true },
    ]);
  });
});
