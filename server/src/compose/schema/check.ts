import type { Problems } from '../problems.js';
import { isTree, type Path, type Tree } from '../tree.js';
import { boolean, bytes, nanoseconds, number } from '../units.js';
import { messageOf } from '../../base/errors.js';
import type { Field, Fields, Shape } from './field.js';
import { PROJECT } from './project.js';

/** Says what of a file's tree is not as Compose has it. Keys that begin with `x-` are everybody's own. */
export function checkSchema(file: string, tree: Tree, problems: Problems): void {
  checkFields(tree, PROJECT, [], { file, problems });
  for (const [kind, pattern] of [['services', /^[a-zA-Z0-9._-]+$/]] as const) {
    const names = tree[kind];
    if (!isTree(names)) continue;
    for (const name of Object.keys(names))
      if (!pattern.test(name) && !name.startsWith('x-'))
        problems.error(file, [kind, name], `${name} cannot be a name: use letters, digits, . _ -`);
  }
}

interface Place {
  readonly file: string;
  readonly problems: Problems;
}

function checkFields(tree: Tree, fields: Fields, path: Path, place: Place): void {
  for (const [key, value] of Object.entries(tree)) {
    if (key.startsWith('x-')) continue;
    const field = fields[key];
    if (!field) {
      const near = nearest(key, Object.keys(fields));
      place.problems.error(place.file, [...path, key], `${key} is not known here${near ? `: is ${near} meant?` : ''}`);
    } else if (field.ignored) place.problems.warn(place.file, [...path, key], `${key} has no effect: ${field.ignored}`);
    else checkField(value, field, [...path, key], place);
  }
}

function checkField(value: unknown, field: Field, path: Path, place: Place): void {
  if (value === null || value === undefined) return;
  const reasons = field.takes.map((shape) => misfit(value, shape, field));
  if (!reasons.includes(undefined)) {
    place.problems.error(
      place.file,
      path,
      `${String(path.at(-1))} must be ${field.takes.map((shape) => WANTED[shape]).join(' or ')}${reasons.length === 1 && reasons[0] ? `: ${reasons[0]}` : ''}`,
    );
    return;
  }
  if (field.only && field.words && !field.words.includes(String(value)))
    place.problems.error(place.file, path, `${String(path.at(-1))} must be one of ${field.words.join(', ')}`);
  if (!field.fields) return;
  if (isTree(value) && field.takes.includes('fields')) checkFields(value, field.fields, path, place);
  else if (isTree(value) && field.takes.includes('named')) {
    for (const [name, item] of Object.entries(value)) {
      if (name.startsWith('x-') || item === null) continue;
      if (isTree(item)) checkFields(item, field.fields, [...path, name], place);
      else place.problems.error(place.file, [...path, name], `${name} must be a mapping`);
    }
  } else if (Array.isArray(value)) {
    value.forEach((item, at) => isTree(item) && checkFields(item, field.fields ?? {}, [...path, at], place));
  }
}

const WANTED: Readonly<Record<Shape, string>> = {
  text: 'a string',
  number: 'a number',
  boolean: 'true or false',
  size: 'a size such as 512m',
  duration: 'a duration such as 30s',
  strings: 'a list of strings',
  pairs: 'a mapping, or a list of NAME=value',
  command: 'a command: a string, or a list of words',
  any: 'anything',
  fields: 'a mapping',
  named: 'a mapping by name',
  items: 'a list',
};

const isScalar = (value: unknown) => ['string', 'number', 'boolean', 'bigint'].includes(typeof value);

/** Why a value does not fit; undefined when it does. */
function misfit(value: unknown, shape: Shape, field: Field): string | undefined {
  const fits = (right: boolean) => (right ? undefined : 'it is not');
  const reads = (read: (value: unknown, what: string) => unknown): string | undefined => {
    if (!isScalar(value)) return 'it is not';
    try {
      read(value, '');
      return undefined;
    } catch (error) {
      return messageOf(error).replace(/^: /, '');
    }
  };
  switch (shape) {
    case 'text':
      return fits(isScalar(value));
    case 'number':
      return reads(number);
    case 'boolean':
      return reads(boolean);
    case 'size':
      return reads(bytes);
    case 'duration':
      return typeof value === 'number' ? undefined : reads((given, what) => (/^\d+$/.test(String(given)) ? 0 : nanoseconds(given, what)));
    case 'strings':
      return fits(Array.isArray(value) && value.every(isScalar));
    case 'pairs':
      return fits(
        (Array.isArray(value) && value.every(isScalar)) ||
          (isTree(value) && Object.values(value).every((item) => item === null || isScalar(item) || Array.isArray(item))),
      );
    case 'command':
      return fits(isScalar(value) || (Array.isArray(value) && value.every(isScalar)));
    case 'fields':
      return fits(isTree(value));
    case 'named':
      return fits(isTree(value));
    case 'items':
      return fits(Array.isArray(value) && value.every((item) => isScalar(item) || (isTree(item) && field.fields !== undefined)));
    case 'any':
      return undefined;
  }
}

/** The known word that is one or two slips away. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((name) => ({ name, slips: distance(word, name) })).sort((a, b) => a.slips - b.slips);
  return scored[0] && scored[0].slips <= 2 ? scored[0].name : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
