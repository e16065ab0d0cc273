import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of the files below `path`; hard links count once, what vanishes meanwhile not at all. */
export async function sizeOf(path: string, seen: Set<number> = new Set()): Promise<number> {
  let size = 0;
  for (const entry of await unlessGone(readdir(path, { withFileTypes: true }), [])) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) size += await sizeOf(child, seen);
    else if (entry.isFile()) {
      const stats = await unlessGone(stat(child), undefined);
      if (!stats || seen.has(stats.ino)) continue;
      size += stats.size;
      seen.add(stats.ino);
    }
  }
  return size;
}

async function unlessGone<T>(work: Promise<T>, gone: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return gone;
    throw error;
  }
}
