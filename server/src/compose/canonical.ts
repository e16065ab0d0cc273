import { messageOf } from '../base/errors.js';
import type { Problems } from './problems.js';
import { hostPath, readFileUse, readHosts, readPairs, readPort, readVolume } from './short-forms.js';
import { asList, asTree, compact, isTree, texts, type Path, type Tree } from './tree.js';
import { words } from './units.js';

interface Place {
  readonly file: string;
  /** Relative paths start here. */
  readonly folder: string;
  readonly problems: Problems;
}

type Reader = (value: unknown, place: Place) => unknown;

const pairs: Reader = (value) => readPairs(value);
const list: Reader = (value) => texts(value);
const flat =
  (read: (item: unknown, place: Place) => unknown[]): Reader =>
  (value, place) =>
    asList(value).flatMap((item) => read(item, place));

/** Keys of a service that have more than one form, and how each becomes the long one. */
const READERS: Readonly<Record<string, Reader>> = {
  annotations: pairs,
  command: (value) => (value === null ? null : words(value, 'command')),
  configs: flat((item) => [readFileUse(item)]),
  depends_on: (value) =>
    isTree(value)
      ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, { ...DEPENDENCY, ...asTree(item) }]))
      : Object.fromEntries(texts(value).map((name) => [name, { ...DEPENDENCY }])),
  dns: list,
  dns_search: list,
  entrypoint: (value) => (value === null ? null : words(value, 'entrypoint')),
  env_file: flat((item, { folder }) => {
    const given = isTree(item) ? item : { path: item };
    return [{ required: true, ...given, path: hostPath(folder, String(given['path'])) }];
  }),
  environment: pairs,
  extra_hosts: (value) => readHosts(value),
  label_file: flat((item, { folder }) => [hostPath(folder, String(item))]),
  labels: pairs,
  networks: (value) => (isTree(value) ? value : Object.fromEntries(texts(value).map((name) => [name, null]))),
  ports: flat(readPort),
  secrets: flat((item) => [readFileUse(item)]),
  sysctls: pairs,
  storage_opt: pairs,
  tmpfs: list,
  volumes: flat((item, { folder }) => [readVolume(item, folder)]),
  build: (value, { folder }) => {
    const build = isTree(value) ? value : { context: value };
    const context = String(build['context'] ?? '.');
    const remote = /^(https?|git|ssh):|^git@|\.git(#|$)/.test(context);
    return compact({
      ...build,
      context: remote ? context : hostPath(folder, context),
      args: build['args'] === undefined ? undefined : readPairs(build['args']),
      labels: build['labels'] === undefined ? undefined : readPairs(build['labels']),
    });
  },
  extends: (value) => (isTree(value) ? value : { service: String(value) }),
};

const DEPENDENCY = { condition: 'service_started', required: true };

/** A service with every key in its long form. What cannot be read is left out and told. */
export function canonicalService(name: string, service: unknown, place: Place): Tree {
  return read(asTree(service), READERS, ['services', name], place);
}

/** The whole file in long forms. */
export function canonicalFile(tree: Tree, place: Place): Tree {
  const each = (kind: string, read: (name: string, item: unknown) => Tree) =>
    tree[kind] === undefined
      ? {}
      : {
          [kind]: Object.fromEntries(
            Object.entries(asTree(tree[kind]))
              .filter(([name]) => !name.startsWith('x-'))
              .map(([name, item]) => [name, read(name, item)]),
          ),
        };
  const labelled = (_: string, item: unknown): Tree => read(asTree(item), { labels: pairs, driver_opts: pairs }, [], place);
  const contents = (_: string, item: unknown): Tree => {
    const given = asTree(item);
    return typeof given['file'] === 'string' ? { ...given, file: hostPath(place.folder, given['file']) } : given;
  };
  return {
    ...tree,
    ...each('services', (name, item) => canonicalService(name, item, place)),
    ...each('networks', labelled),
    ...each('volumes', labelled),
    ...each('configs', contents),
    ...each('secrets', contents),
  };
}

function read(tree: Tree, readers: Readonly<Record<string, Reader>>, path: Path, place: Place): Tree {
  const result: Tree = {};
  for (const [key, value] of Object.entries(tree)) {
    const reader = readers[key];
    if (!reader || value === undefined) {
      result[key] = value;
      continue;
    }
    try {
      result[key] = reader(value, place);
    } catch (error) {
      place.problems.error(place.file, [...path, key], messageOf(error));
    }
  }
  return result;
}
