/** Patterns of variables (`*`, `?` and backslashes), in ${name#pattern} and its like. None takes longer than the value and itself are long. */
import { linearPattern } from '../../base/linear-pattern.js';

/** Characters of the regular expression that a pattern comes to. */
const LONGEST = 16_384;

/** `value` without the shortest (or longest) beginning that matches. */
export function matchPrefix(value: string, pattern: string, longest: boolean): string {
  return value.slice(beginning(value, tokensOf(pattern), longest));
}

/** `value` without the shortest (or longest) end that matches. */
export function matchSuffix(value: string, pattern: string, longest: boolean): string {
  const length = beginning(reversed(value), tokensOf(pattern).toReversed(), longest);
  return value.slice(0, value.length - length);
}

/** `value` with the first (or every) longest match replaced. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string {
  const expression = toExpression(tokensOf(pattern), true);
  let result = '';
  for (let rest = value; ;) {
    const found = expression.exec(rest);
    if (!found) return result + rest;
    // An empty match replaces nothing.
    result += rest.slice(0, found.index) + (found[0] === '' ? (rest[found.index] ?? '') : replacement);
    rest = rest.slice(found.index + Math.max(found[0].length, 1));
    if (rest === '' || (!all && found[0] !== '')) return result + rest;
  }
}

/** Units of the beginning of `value` that matches. Where every star takes as much (as little) as it can, the whole does, too. */
function beginning(value: string, tokens: readonly string[], longest: boolean): number {
  return toExpression(tokens, longest, '^').exec(value)?.[0].length ?? 0;
}

/** Stars, question marks, and characters as they are, these after a backslash. */
function tokensOf(pattern: string): string[] {
  return pattern.match(/\\[^]|[^]/g) ?? [];
}

function toExpression(tokens: readonly string[], longest: boolean, anchor = ''): RegExp {
  const source = tokens.map((token) => {
    if (token === '*') return longest ? '.*' : '.*?';
    return token === '?' ? '.' : token.slice(-1).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  return linearPattern(anchor + source.join(''), { dotAll: true, longest: LONGEST });
}

function reversed(text: string): string {
  return text.split('').toReversed().join('');
}
