import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Paths of the files of a log and of its past, which all begin with its name. */
export async function logFileNames(path: string): Promise<string[]> {
  try {
    const names = await readdir(dirname(path));
    return names.filter((name) => name.startsWith(basename(path))).map((name) => join(dirname(path), name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
