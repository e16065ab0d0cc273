import { posix } from 'node:path';
import { invalidParameter } from '../../base/errors.js';
import { globPattern } from './glob.js';

/** Bytes a .dockerignore may have. */
export const LARGEST_IGNORE = 1 << 20;

/** What a .dockerignore leaves out of a build context. */
export interface Ignore {
  /** @param path relative to the context, without a slash at either end */
  ignores(path: string): boolean;
  /** Whether something below an ignored folder may be kept. */
  readonly hasExceptions: boolean;
}

interface Rule {
  readonly matches: RegExp;
  readonly keeps: boolean;
}

/**
 * Reads a .dockerignore: the last rule that matches a path, or a folder it is in, decides.
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
 * @throws InvalidParameter for a pattern that is none
 */
export function parseIgnore(content: string): Ignore {
  const rules = content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => toRule(line.trim()));
  return {
    ignores: (path) => isIgnored(rules, path),
    hasExceptions: rules.some(({ keeps }) => keeps),
  };
}

function isIgnored(rules: readonly Rule[], path: string): boolean {
  const parts = path.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = rules.findLast(({ matches }) => paths.some((each) => matches.test(each)));
  return last !== undefined && !last.keeps;
}

function toRule(line: string): Rule {
  const keeps = line.startsWith('!');
  const pattern = posix.normalize(`/${(keeps ? line.slice(1) : line).trim()}`).replace(/^\/+|\/+$/g, '');
  try {
    return { keeps, matches: globPattern(pattern, { deep: true }) };
  } catch (error) {
    throw invalidParameter(`error reading .dockerignore: syntax error in pattern ${JSON.stringify(line)}`, error);
  }
}
