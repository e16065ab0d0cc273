import { OVERRIDE, RESET } from './parse.js';
import { isTree, type Path, type Tree } from './tree.js';

/** Keys whose list is one value: the later file's takes the place of the earlier one's. */
const WHOLE = new Set(['command', 'entrypoint', 'test']);

/** What makes two items of a list the same one. */
const IDENTITIES: Readonly<Record<string, (item: unknown) => string>> = {
  ports: (item) => (isTree(item) ? [item['host_ip'], item['published'], item['target'], item['protocol']].join(' ') : String(item)),
  volumes: (item) => (isTree(item) ? String(item['target']) : String(item)),
  configs: (item) => (isTree(item) ? String(item['target'] ?? item['source']) : String(item)),
  secrets: (item) => (isTree(item) ? String(item['target'] ?? item['source']) : String(item)),
  env_file: (item) => (isTree(item) ? String(item['path']) : String(item)),
  devices: (item) => String(item).split(':')[1] ?? String(item),
};

type Tags = ReadonlyMap<string, typeof RESET | typeof OVERRIDE>;

/**
 * What two canonical trees come to, `over` being the later one: mappings are joined, lists appended, the rest replaced.
 * @param tags what `!reset` and `!override` stand on in `over`
 * @see https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
 */
export function merge(under: Tree, over: Tree, tags: Tags = new Map(), path: Path = []): Tree {
  const result: Tree = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const at = [...path, key];
    const tag = tags.get(at.join('\0'));
    if (tag === RESET) delete result[key];
    else if (tag === OVERRIDE || result[key] === undefined || result[key] === null) result[key] = value;
    else result[key] = mergeValue(key, result[key], value, tags, at);
  }
  return result;
}

function mergeValue(key: string, under: unknown, over: unknown, tags: Tags, path: Path): unknown {
  if (over === null || over === undefined) return under;
  if (key === 'logging' && isTree(under) && isTree(over) && over['driver'] !== undefined && over['driver'] !== under['driver']) return over;
  if (isTree(under) && isTree(over)) return merge(under, over, tags, path);
  if (Array.isArray(under) && Array.isArray(over) && !WHOLE.has(key)) {
    const identity = IDENTITIES[key] ?? ((item: unknown) => JSON.stringify(item));
    const joined = new Map<string, unknown>();
    for (const item of [...under, ...over]) joined.set(identity(item), item);
    return [...joined.values()];
  }
  return over;
}

/** Drops what is tagged `!reset` where there was nothing to take away. */
export function withoutReset(tree: Tree, tags: Tags, path: Path = []): Tree {
  if (tags.size === 0) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([key]) => tags.get([...path, key].join('\0')) !== RESET)
      .map(([key, value]) => [key, isTree(value) ? withoutReset(value, tags, [...path, key]) : value]),
  );
}
