import type { Stats } from 'node:fs';
import { chmod, lchown, utimes } from 'node:fs/promises';

/** Gives a file or folder the owner, permissions and times of another one. The owner first: changing it takes the set-user-ID bits away. */
export async function copyAttributes(target: string, stats: Stats): Promise<void> {
  await lchown(target, stats.uid, stats.gid);
  await chmod(target, stats.mode & 0o7777);
  await utimes(target, stats.atime, stats.mtime);
}
