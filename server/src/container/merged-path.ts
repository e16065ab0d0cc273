import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { archive } from '../libcontainer/index.js';

/** What overlayfs would show at a path. */
export interface MergedPath {
  /** On the host, in the uppermost layer that has it. */
  readonly path: string;
  readonly stats: Stats;
  /** The folders of the layers that make it up, the uppermost first; none when it is no folder. */
  readonly folders: readonly string[];
}

/**
 * Looks a path up in a rootfs that is not mounted. No link is followed.
 * @param layers folders, the uppermost first
 * @returns undefined when it is not there or is reached through something that is no folder
 */
export async function findMerged(layers: readonly string[], path: string): Promise<MergedPath | undefined> {
  const [top] = layers;
  if (top === undefined) return undefined;
  let found: MergedPath | undefined = { path: top, stats: await lstat(top), folders: layers };
  for (const name of path.split('/').filter(Boolean)) {
    if (!found) return undefined;
    found = await findEntry(found.folders, name);
  }
  return found;
}

async function findEntry(folders: readonly string[], name: string): Promise<MergedPath | undefined> {
  let found: { path: string; stats: Stats; folders: string[] } | undefined;
  for (const folder of folders) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    if (!stats) continue;
    if (!stats.isDirectory()) {
      // A file or a whiteout: what is below is hidden by it.
      if (found || isWhiteout(stats)) return found;
      return { path, stats, folders: [] };
    }
    found ??= { path, stats, folders: [] };
    found.folders.push(path);
    if (archive.isOpaque(path)) return found;
  }
  return found;
}

/** A deletion, as overlayfs writes it. */
function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}
