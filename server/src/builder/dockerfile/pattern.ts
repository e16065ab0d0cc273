/** Patterns of variables (`*` and `?`), in ${name#pattern} and its like. What they are matched against is short and the person's own. */

/** Bytes a value may have to be matched; regular expressions with several stars take their time. */
const LONGEST = 4096;

/** `value` without the shortest (or longest) beginning that matches. */
export function matchPrefix(value: string, pattern: string, longest: boolean): string {
  const length = lengths(value, longest).find((each) => matches(pattern, value.slice(0, each)));
  return length === undefined ? value : value.slice(length);
}

/** `value` without the shortest (or longest) end that matches. */
export function matchSuffix(value: string, pattern: string, longest: boolean): string {
  const length = lengths(value, longest).find((each) => matches(pattern, value.slice(value.length - each)));
  return length === undefined ? value : value.slice(0, value.length - length);
}

/** `value` with the first (or every) longest match replaced. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string {
  let result = '';
  for (let at = 0; at < value.length;) {
    const rest = value.slice(at);
    const length = lengths(rest, true).find((each) => each > 0 && matches(pattern, rest.slice(0, each)));
    if (length === undefined) result += rest[0];
    else {
      result += replacement;
      if (!all) return result + rest.slice(length);
    }
    at += length ?? 1;
  }
  return result;
}

function lengths({ length }: string, longest: boolean): number[] {
  const all = Array.from({ length: Math.min(length, LONGEST) + 1 }, (_, index) => index);
  return longest ? all.toReversed() : all;
}

/** Glob matching that looks back only to the last star: linear in practice, never exponential. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let where = 0;
  let star = -1;
  let mark = 0;
  while (where < text.length) {
    const literal = pattern[at] === '\\' && at + 1 < pattern.length;
    if (pattern[at] === '*') {
      star = at++;
      mark = where;
    } else if (literal ? pattern[at + 1] === text[where] : pattern[at] === '?' || pattern[at] === text[where]) {
      at += literal ? 2 : 1;
      where++;
    } else if (star >= 0) {
      at = star + 1;
      where = ++mark;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
