import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What one layer of an image brings, and what of the layers below it becomes useless by it. */
export interface LayerWaste {
  /** Files and folders in it. */
  readonly files: number;
  /** Bytes of files in it. */
  readonly size: number;
  /** Bytes of files below that it replaces or deletes: they stay in the image and nobody sees them. */
  readonly wasted: number;
}

interface Found {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'whiteout';
  readonly size: number;
}

/** Counts layer by layer. @param folders of the layers as overlayfs wants them, the lowest first; they never change */
export async function measureWaste(folders: readonly string[]): Promise<LayerWaste[]> {
  const below = new Map<string, number>();
  const layers: LayerWaste[] = [];
  for (const folder of folders) {
    let [files, size, wasted] = [0, 0, 0];
    const mine = new Map<string, number>();
    for await (const found of walk(folder, '')) {
      files += 1;
      size += found.size;
      if (found.kind === 'whiteout') wasted += take(below, found.path);
      if (found.kind !== 'file') continue;
      wasted += below.get(found.path) ?? 0;
      mine.set(found.path, found.size);
    }
    for (const [path, bytes] of mine) below.set(path, bytes);
    layers.push({ files, size, wasted });
  }
  return layers;
}

/** Bytes of a file and of all that is below it, which are forgotten. */
function take(sizes: Map<string, number>, path: string): number {
  let bytes = 0;
  for (const [name, size] of sizes) {
    if (name !== path && !name.startsWith(`${path}/`)) continue;
    bytes += size;
    sizes.delete(name);
  }
  return bytes;
}

/** Everything in a layer's folder; no link in it is followed. */
async function* walk(root: string, folder: string): AsyncGenerator<Found> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield await lookAt(root, path, entry);
    if (entry.isDirectory()) yield* walk(root, path);
  }
}

async function lookAt(root: string, path: string, entry: Dirent): Promise<Found> {
  if (entry.isDirectory()) return { path, kind: 'folder', size: 0 };
  const { size, rdev } = await lstat(join(root, path));
  const isWhiteout = entry.isCharacterDevice() && rdev === 0;
  return isWhiteout ? { path, kind: 'whiteout', size: 0 } : { path, kind: 'file', size: entry.isFile() ? size : 0 };
}
