import { invalidParameter } from '../../base/errors.js';
import type { SourceLine } from './source.js';
import { splitRaw } from './words.js';

/** What stands after the name of an instruction. */
export interface Rest extends Pick<SourceLine, 'heredocs'> {
  readonly text: string;
  readonly escape: string;
}

export interface Flags {
  readonly flags: ReadonlyMap<string, string>;
  /** Name of the first one. */
  readonly first: string | undefined;
  /** What stands after them. */
  readonly rest: string;
}

/**
 * Reads `--name=value` before an instruction's arguments.
 * @throws InvalidParameter for a name that is not `known`, and for one given twice
 */
export function readFlags(instruction: string, text: string, escape: string, known: readonly string[]): Flags {
  const flags = new Map<string, string>();
  let rest = text.trim();
  while (rest.startsWith('--')) {
    const [word = ''] = splitRaw(rest, escape);
    rest = rest.slice(rest.indexOf(word) + word.length).trimStart();
    if (word === '--') break;
    const [, name = '', value = 'true'] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    if (!known.includes(name)) throw invalidParameter(`unknown flag: --${name} in ${instruction}`);
    if (flags.has(name)) throw invalidParameter(`duplicate flag specified: --${name}`);
    flags.set(name, value);
  }
  return { flags, first: [...flags.keys()][0], rest };
}

/** What the classic builder does not do says so, in the words people look up. */
export function needsBuildKit(flag: string): Error {
  return invalidParameter(
    `the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`,
  );
}
