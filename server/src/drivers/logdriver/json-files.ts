import { open } from 'node:fs/promises';
import { GzipLogFile } from './gzip-log-file.js';
import type { LogFile } from './log-file.js';
import { PlainLogFile } from './plain-log-file.js';

/** Opens one file, or what it has been compressed to. @returns undefined when there is neither */
async function openLogFile(path: string): Promise<LogFile | undefined> {
  // The compressed one comes before the other one goes.
  for (const kind of [PlainLogFile, GzipLogFile]) {
    try {
      return await kind.of(await open(path + kind.suffix, 'r'), path + kind.suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** Opens all files of the log at `path`, the newest first: path, path.1, path.2 ... */
export async function openLogFiles(path: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  let missing = 0;
  // While it is rotated there is one number that has no file.
  for (let number = 0; missing < 2; number++) {
    const file = await openLogFile(number === 0 ? path : `${path}.${number}`);
    if (file && !files.some(({ id }) => id === file.id)) files.push(file);
    else await file?.close();
    missing = file ? 0 : missing + 1;
  }
  return files;
}

/** The files that were begun after the one with `id`, the oldest first; all that are left when it has been deleted. */
export async function openNewerFiles(path: string, id: string): Promise<LogFile[]> {
  const files = await openLogFiles(path);
  const index = files.findIndex((file) => file.id === id);
  const newer = index < 0 ? files : files.slice(0, index);
  for (const file of files) if (!newer.includes(file)) await file.close();
  return newer.toReversed();
}
