import { chmod, copyFile, lchown, lstat, mkdir, readdir, readlink, symlink, utimes, constants } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

const { COPYFILE_FICLONE } = constants;

/** A name of a merged folder, and the folders of the layers that make it up when it is one; the uppermost first. */
interface MergedEntry {
  readonly path: string;
  readonly stats: Stats;
  readonly folders: readonly string[];
}

/**
 * Copies a folder of a rootfs that is not mounted, as overlayfs would show it, with owners, modes, times and links.
 * Links in the layers are copied, never followed.
 * @param layers folders, the uppermost first @param path absolute in the rootfs @param target existing folder on the host
 */
export async function copyMergedFolder(layers: readonly string[], path: string, target: string): Promise<void> {
  const [top, ...rest] = await findFolders(layers, path);
  if (top === undefined) return;
  await copyEntries([top, ...rest], target);
  await copyAttributes(target, await lstat(top));
}

/**
 * The folders that make `path` up, the uppermost first; none when it is not a folder or is reached through a link.
 * @param layers folders, the uppermost first
 */
export async function findFolders(layers: readonly string[], path: string): Promise<readonly string[]> {
  let folders = layers;
  for (const name of path.split('/').filter(Boolean)) folders = (await findEntry(folders, name))?.folders ?? [];
  return folders;
}

async function findEntry(folders: readonly string[], name: string): Promise<MergedEntry | undefined> {
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
  }
  return found;
}

async function copyEntries(folders: readonly string[], target: string): Promise<void> {
  const names = new Set<string>();
  for (const folder of folders) for (const name of await readdir(folder)) names.add(name);
  for (const name of names) {
    const entry = await findEntry(folders, name);
    if (entry) await copyEntry(entry, join(target, name));
  }
}

async function copyEntry({ path, stats, folders }: MergedEntry, target: string): Promise<void> {
  if (stats.isDirectory()) {
    await mkdir(target);
    await copyEntries(folders, target);
  } else if (stats.isSymbolicLink()) {
    await symlink(await readlink(path), target);
    return lchown(target, stats.uid, stats.gid);
  } else if (stats.isFile()) {
    await copyFile(path, target, COPYFILE_FICLONE);
  } else return;
  await copyAttributes(target, stats);
}

/** The owner first: changing it takes the set-user-ID bits away. */
async function copyAttributes(target: string, stats: Stats): Promise<void> {
  await lchown(target, stats.uid, stats.gid);
  await chmod(target, stats.mode & 0o7777);
  await utimes(target, stats.atime, stats.mtime);
}

/** A deletion, as overlayfs writes it. */
function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}
