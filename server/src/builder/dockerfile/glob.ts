/**
 * A pattern of Go's filepath.Match as the source of a regular expression: `*` and `?` match within one part of a path,
 * `[a-z]` and `[^a-z]` one character, a backslash takes the next one as it is.
 * @param deep `**` matches any number of parts, as in a .dockerignore
 */
export function globSource(pattern: string, deep: boolean): string {
  return pattern.replace(
    /\*\*\/|\*+|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[^]/gu,
    (token: string, escaped?: string, not = '', set?: string) => {
      if (escaped !== undefined) return literal(escaped);
      if (set !== undefined) return `[${not}${set.replace(/[[&]/g, '\\$&')}]`;
      if (token === '**/' && deep) return '(?:.*/)?';
      if (token.startsWith('*')) return `${deep && token.length > 1 ? '.*' : '[^/]*'}${token.endsWith('/') ? '/' : ''}`;
      return token === '?' ? '[^/]' : literal(token);
    },
  );
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
