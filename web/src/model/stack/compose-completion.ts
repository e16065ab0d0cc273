import type { StackKey } from '@/client/stacks';

/** The keys above a line by its indentation, the outermost first; items of lists are no keys. */
export function keyPath(linesBefore: readonly string[], line: string): string[] {
  const path: string[] = [];
  let depth = indentOf(line);
  for (const text of linesBefore.toReversed()) {
    if (text.trim() === '' || text.trim().startsWith('#')) continue;
    const indent = indentOf(text);
    const item = /^\s*- /.test(text);
    if (indent >= depth && !(item && indent + 2 > depth && indent < depth)) continue;
    const [, key] = /^\s*(?:- )?["']?([\w.-]+)["']?:(?:\s|$)/.exec(text) ?? [];
    if (key === undefined) continue;
    path.unshift(key);
    depth = indent;
    if (depth === 0) break;
  }
  return path;
}

const indentOf = (text: string): number => (/^\s*(?:- )?/.exec(text)?.[0].length ?? 0) - (/^\s*- /.test(text) ? 2 : 0);

/** The keys that may stand below a path. */
export function keysAt(keys: readonly StackKey[], path: readonly string[]): readonly StackKey[] {
  const [first, ...rest] = path;
  if (first === undefined) return keys;
  const found = keys.find(({ name }) => name === first);
  if (!found?.keys) return [];
  if (found.kind !== 'named') return keysAt(found.keys, rest);
  // Below it stand names of people's own, which are not offered.
  return rest.length === 0 ? [] : keysAt(found.keys, rest.slice(1));
}
