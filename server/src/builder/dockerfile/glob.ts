import { linearPattern } from '../../base/linear-pattern.js';

/** Characters of the regular expression that a pattern comes to: Linux has no longer paths. */
const LONGEST = 16_384;
/** V8's linear engine knows no code points: one character is two units or one. */
const ANY = '(?:[\\ud800-\\udbff][\\udc00-\\udfff]|[^/])';

/**
 * A pattern of Go's filepath.Match: `*` and `?` match within one part of a path, `[a-z]` and `[^a-z]` one character, a backslash
 * takes the next one as it is. No pattern takes longer than the text and itself are long.
 * @param deep `**` matches any number of parts, as in a .dockerignore
 * @throws InvalidParameter for a pattern that is none
 */
export function globPattern(pattern: string, { deep }: { readonly deep: boolean }): RegExp {
  return linearPattern(`^${globSource(pattern, deep)}$`, { dotAll: true, longest: LONGEST });
}

function globSource(pattern: string, deep: boolean): string {
  return pattern.replace(
    /\*\*\/|\*+|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[^]/gu,
    (token: string, escaped?: string, not = '', set?: string) => {
      if (escaped !== undefined) return literal(escaped);
      if (set !== undefined) return `[${not}${set.replace(/[[&]/g, '\\$&')}]`;
      if (token === '**/' && deep) return '(?:.*/)?';
      if (token.startsWith('*')) return `${deep && token.length > 1 ? '.*' : '[^/]*'}${token.endsWith('/') ? '/' : ''}`;
      return token === '?' ? ANY : literal(token);
    },
  );
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
