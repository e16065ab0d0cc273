import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, readlink, rename, rm, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { conflict } from '../../../base/errors.js';

/** Files larger than this are not compared but moved. */
const COMPARED = 64 * 1024 * 1024;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Paths of all files and symlinks below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/**
 * Moves files into a folder and takes those away that are not among them any more. What else is in the folder stays, and nothing
 * is followed that leads out of it: containers may be writing there.
 * @param from folder of the new files, on the same disk
 * @param before paths that an earlier call has put there
 * @returns paths whose content is another one now
 * @throws Conflict, before anything is changed, when somebody else's file is in the way
 */
export async function place(from: string, to: string, paths: readonly string[], before: ReadonlySet<string>): Promise<string[]> {
  const changed: string[] = [];
  for (const path of paths) if (!(await same(join(from, path), to, path, before))) changed.push(path);
  const wanted = new Set(paths);
  const gone = [...before].filter((path) => !wanted.has(path));
  for (const path of gone) await remove(to, path);
  for (const path of changed)
    await inFolder(to, dirname(path), true, async (folder) => {
      const at = join(folder, basename(path));
      // Somebody may have put a folder there that the look before has let pass: it was empty of others' files.
      if ((await lstat(at).catch(() => undefined))?.isDirectory()) await rm(at, { recursive: true });
      await sync(join(from, path));
      await rename(join(from, path), at);
    });
  return [...changed, ...gone];
}

async function sync(path: string): Promise<void> {
  if (!(await lstat(path)).isFile()) return;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether a file is there already. @throws Conflict when what is there is not of `before` */
async function same(source: string, to: string, path: string, before: ReadonlySet<string>): Promise<boolean> {
  const parts = path.split('/');
  for (const at of parts.keys()) {
    const part = parts.slice(0, at + 1).join('/');
    const stats = await inFolder(to, dirname(part), false, (folder) => lstat(join(folder, basename(part)))).catch(() => undefined);
    if (!stats) return false;
    const last = at === parts.length - 1;
    if (stats.isDirectory() && !last) continue;
    if (stats.isDirectory() ? !(await isOurs(to, part, before)) : !before.has(part))
      throw conflict(`${part} is in the stack's folder and in the repository: take it out of one of them`);
    return last && !stats.isDirectory() && (await identical(source, to, path));
  }
  return false;
}

async function isOurs(to: string, folder: string, before: ReadonlySet<string>): Promise<boolean> {
  return (await filesBelow(join(to, folder))).every((path) => before.has(`${folder}/${path}`));
}

async function identical(source: string, to: string, path: string): Promise<boolean> {
  return inFolder(to, dirname(path), false, async (folder) => {
    const at = join(folder, basename(path));
    const [a, b] = await Promise.all([lstat(source), lstat(at)]);
    if (a.mode !== b.mode || a.size !== b.size) return false;
    if (a.isSymbolicLink()) return (await readlink(source)) === (await readlink(at));
    return a.isFile() && a.size <= COMPARED && (await readFile(source)).equals(await readFile(at));
  });
}

/** Removes a file, and the folders that are empty without it. */
async function remove(to: string, path: string): Promise<void> {
  for (let at = path; at !== '.'; at = dirname(at)) {
    const take = at === path ? unlink : rmdir;
    const taken = await inFolder(to, dirname(at), false, (folder) => take(join(folder, basename(at)))).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (!taken) return;
  }
}

/**
 * Opens a folder below `root` step by step, so that no symlink leads elsewhere, be it put there at this moment.
 * @param make what is missing
 * @param work gets a path that stays the same folder's whatever its name is meanwhile
 */
async function inFolder<T>(root: string, path: string, make: boolean, work: (folder: string) => Promise<T>): Promise<T> {
  let handle: FileHandle = await open(root, FOLDER);
  try {
    for (const name of path.split('/').filter((part) => part !== '.')) {
      const next = join(`/proc/self/fd/${handle.fd}`, name);
      if (make) await mkdir(next, { mode: 0o755 }).catch(unlessThere);
      const inner = await open(next, FOLDER);
      await handle.close();
      handle = inner;
    }
    return await work(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
