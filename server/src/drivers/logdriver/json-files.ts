import { open, type FileHandle } from 'node:fs/promises';

/** One file of a log that is rotated, held open so that a rotation cannot take it away. */
export interface LogFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
}

/** Opens one file. @returns undefined when it is not there */
export async function openLogFile(path: string): Promise<LogFile | undefined> {
  try {
    const handle = await open(path, 'r');
    const { ino } = await handle.stat({ bigint: true });
    return { handle, inode: ino };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Opens all files of the log at `path`, the newest first: path, path.1, path.2 ... */
export async function openLogFiles(path: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (let number = 0; ; number++) {
    const file = await openLogFile(number === 0 ? path : `${path}.${number}`);
    if (file && !files.some(({ inode }) => inode === file.inode)) files.push(file);
    else if (file) await file.handle.close();
    else if (number > 0) return files;
  }
}

/** The files that were begun after the one with `inode`, the oldest first; all that are left when it has been deleted. */
export async function openNewerFiles(path: string, inode: bigint): Promise<LogFile[]> {
  const files = await openLogFiles(path);
  const index = files.findIndex((file) => file.inode === inode);
  const newer = index < 0 ? files : files.slice(0, index);
  for (const file of files) if (!newer.includes(file)) await file.handle.close();
  return newer.toReversed();
}
