import { posix } from 'node:path';
import { invalidParameter, kindOf, notFound } from '../../base/errors.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { globPattern } from '../dockerfile/glob.js';
import type { Copy } from '../dockerfile/instruction.js';

/** A file or folder that is copied. */
export interface CopySource {
  readonly files: Pick<Rootfs, 'pack' | 'read'>;
  /** Absolute in `files`. */
  readonly path: string;
  /** What it is called where it is copied to, if that is a folder. */
  readonly name: string;
  readonly folder: boolean;
  /** Its content is put in its place: a local tar of ADD. */
  readonly extract: boolean;
  /** Of what is copied. */
  readonly digest: string;
}

/** Bits of Go's fs.FileMode. */
const DIRECTORY = 2 ** 31;
const MOST_MATCHES = 100_000;

/**
 * Finds what the sources of an instruction mean: patterns match names, and symlinks are followed, inside `files` only.
 * @param context whether `files` is the build context
 * @throws NotFound in Docker's words
 */
export async function findSources(files: Rootfs, sources: readonly string[], instruction: Copy, context: boolean): Promise<CopySource[]> {
  const found: CopySource[] = [];
  for (const source of sources) {
    const path = posix.resolve('/', source);
    const paths = /[*?[\\]/.test(source) ? await matches(files, path) : [path];
    if (paths.length === 0) throw notFound(`${instruction.name} failed: no source files were specified`);
    for (const each of paths) found.push(await describe(files, each, instruction, context));
    if (found.length > MOST_MATCHES) throw invalidParameter(`${instruction.name} failed: ${source} matches too many files`);
  }
  return found;
}

async function describe(files: Rootfs, path: string, { name, from }: Copy, context: boolean): Promise<CopySource> {
  try {
    const folder = await isFolder(files, path);
    const extract = name === 'ADD' && from === undefined && !folder && (await files.isTar(path));
    return {
      files,
      path: folder ? path : await target(files, path),
      name: posix.basename(path),
      folder,
      extract,
      digest: await files.digest(path),
    };
  } catch (error) {
    if (kindOf(error) !== 'NotFound') throw error;
    const where = context ? 'file not found in build context or excluded by .dockerignore: ' : '';
    throw notFound(`${name} failed: ${where}stat ${path.slice(1)}: file does not exist`, error);
  }
}

async function isFolder(files: Rootfs, path: string): Promise<boolean> {
  try {
    return ((await files.stat(`${path}/.`)).mode & DIRECTORY) !== 0;
  } catch (error) {
    if (kindOf(error) === 'InvalidParameter') return false;
    throw error;
  }
}

/** Where a path leads, so that the file is packed and not the symlink. */
async function target(files: Rootfs, path: string): Promise<string> {
  const { linkTarget } = await files.stat(path);
  return linkTarget === '' ? path : linkTarget;
}

/** The paths that a pattern matches, part by part. */
async function matches(files: Rootfs, pattern: string): Promise<string[]> {
  let folders = ['/'];
  const parts = pattern.split('/').filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const test = globTest(part);
    const next: string[] = [];
    for (const folder of folders) {
      for (const name of await namesIn(files, folder)) if (test(name)) next.push(posix.join(folder, name));
      if (next.length > MOST_MATCHES) throw invalidParameter(`${pattern} matches too many files`);
    }
    folders = next;
    if (index < parts.length - 1 && folders.length === 0) return [];
  }
  return folders;
}

async function namesIn(files: Rootfs, folder: string): Promise<string[]> {
  try {
    return await files.names(folder);
  } catch (error) {
    if (kindOf(error) === 'InvalidParameter' || kindOf(error) === 'NotFound') return [];
    throw error;
  }
}

/** Go's filepath.Match for one part of a path. @throws InvalidParameter for a pattern that is none */
function globTest(part: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(part)) return (name) => name === part;
  try {
    const pattern = globPattern(part, { deep: false });
    return (name) => pattern.test(name);
  } catch (error) {
    throw invalidParameter(`syntax error in pattern ${JSON.stringify(part)}`, error);
  }
}
