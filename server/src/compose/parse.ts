import { Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type ScalarTag, type CollectionTag } from 'yaml';
import type { Problem } from './problems.js';
import { isTree, type Path, type Tree } from './tree.js';

/** Tags of Compose: `!reset` takes away what an earlier file said, `!override` takes its place whole. */
export const RESET = Symbol('reset');
export const OVERRIDE = Symbol('override');

/** A file of YAML: its tree, and where everything stands. */
export interface ParsedFile {
  readonly file: string;
  readonly text: string;
  readonly tree: Tree;
  readonly document: Document;
  readonly problems: readonly Problem[];
  /** What `!reset` and `!override` stand on. */
  readonly tags: ReadonlyMap<string, typeof RESET | typeof OVERRIDE>;
}

const NAMES: Readonly<Record<string, typeof RESET | typeof OVERRIDE>> = { '!reset': RESET, '!override': OVERRIDE };

const customTags = Object.keys(NAMES).flatMap((tag): (ScalarTag | CollectionTag)[] => [
  { tag, resolve: (value: string) => (tag === '!reset' ? null : value) } as ScalarTag,
  { tag, collection: 'map', resolve: (value: unknown) => value } as CollectionTag,
  { tag, collection: 'seq', resolve: (value: unknown) => value } as CollectionTag,
]);

/** Parses YAML as Compose reads it: merge keys and anchors work, the two tags are kept. Never throws. */
export function parseFile(file: string, text: string): ParsedFile {
  const document = parseDocument(text, { merge: true, customTags, lineCounter: new LineCounter(), prettyErrors: false, uniqueKeys: true });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos, name }): Problem => ({
    severity: name === 'YAMLWarning' ? 'warning' : 'error',
    message,
    file,
    path: [],
    range: pos,
  }));
  const tags = new Map<string, typeof RESET | typeof OVERRIDE>();
  collectTags(document.contents, [], tags);
  let value: unknown;
  try {
    value = document.errors.length > 0 ? {} : document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    problems.push({ severity: 'error', message: error instanceof Error ? error.message : String(error), file, path: [] });
  }
  if (value !== undefined && value !== null && !isTree(value)) {
    problems.push({ severity: 'error', message: 'the file must be a mapping, with services: at its top', file, path: [] });
  }
  return { file, text, tree: isTree(value) ? value : {}, document, problems, tags };
}

function collectTags(node: unknown, path: Path, tags: Map<string, typeof RESET | typeof OVERRIDE>): void {
  if (isNode(node) && node.tag && NAMES[node.tag]) tags.set(path.join('\0'), NAMES[node.tag]!);
  if (isMap(node)) for (const { key, value } of node.items) collectTags(value, [...path, keyOf(key)], tags);
  else if (isSeq(node)) node.items.forEach((item, at) => collectTags(item, [...path, at], tags));
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** Offsets of what stands at `path`, of its key where it has one; of the nearest thing above it that the file has. */
export function rangeOf({ document, text }: Pick<ParsedFile, 'document' | 'text'>, path: Path): [from: number, to: number] {
  let node: unknown = document.contents;
  let range: [number, number] = [0, Math.max(0, text.search(/\n|$/))];
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item.key) === String(key));
      if (!isPair(pair)) return range;
      range = extent(pair.key) ?? range;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      range = extent(node) ?? range;
    } else return range;
  }
  return isScalar(node) ? (extent(node) ?? range) : range;
}

function extent(node: unknown): [number, number] | undefined {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}
