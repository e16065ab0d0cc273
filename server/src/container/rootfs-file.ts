import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import type { RootfsMount } from '../base/rootfs-mount.js';
import { archive } from '../libcontainer/index.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Not in node:fs: open(2) for a handle that reads nothing and runs no driver. */
const O_PATH = 0o10000000;
const MAX_LINKS = 16;

/** A regular file that was found, and what of it was asked for. */
export interface RootfsFile {
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

type Found =
  ({ readonly kind: 'file' } & RootfsFile) | { readonly kind: 'link'; readonly target: string } | { readonly kind: 'folder' | 'none' };

/** How much of a file is wanted: all of it when it is no longer than `limit`, or its beginning. */
interface Wish {
  readonly limit: number;
  readonly beginning: boolean;
}

/**
 * Reads a small file of a rootfs that is not mounted, looking through its layers from the top as overlayfs does.
 * Nothing outside the layers is ever opened: each step is taken from a handle of its folder and follows no link itself.
 * @param layers folders, the uppermost first; or one root folder of a running process (/proc/PID/root)
 * @param path absolute in the rootfs
 * @param limit bytes that are read at most; a longer file counts as empty, so that no image can fill the memory
 * @returns '' when there is no such regular file
 */
export function readRootfsFile(layers: readonly string[], path: string, limit: number): string {
  const found = find(layers, path, { limit, beginning: false });
  return found.kind === 'file' ? found.content.toString('utf8') : '';
}

/** The beginning of a file, as `readRootfsFile` finds it: no more than `limit` bytes; 'folder' when it is one; undefined when it is not there. */
export function readRootfsHead(layers: readonly string[], path: string, limit: number): RootfsFile | 'folder' | undefined {
  const found = find(layers, path, { limit, beginning: true });
  if (found.kind === 'file') return found;
  return found.kind === 'folder' ? 'folder' : undefined;
}

function find(layers: readonly string[], path: string, wish: Wish): Exclude<Found, { kind: 'link' }> {
  let wanted = follow([], 0, path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = search(layers, wanted, wish);
    if (found.kind !== 'link') return found;
    wanted = found.target;
  }
  return { kind: 'none' };
}

/** The folders of the layers that a rootfs is made of, the uppermost first. */
export function layersOf(mounts: readonly RootfsMount[]): string[] {
  return mounts.flatMap(({ type, source, options }) => {
    if (type === 'bind') return [source];
    const value = (key: string) => options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
    return [...(value('upperdir') ? [value('upperdir') as string] : []), ...(value('lowerdir') ?? '').split(/(?<!\\):/).filter(Boolean)];
  });
}

function search(layers: readonly string[], path: string, wish: Wish): Found {
  for (const layer of layers) {
    const found = searchLayer(layer, path, wish);
    if (found === 'hidden') return { kind: 'none' };
    if (found) return found;
  }
  return { kind: 'none' };
}

/** @returns undefined when the layer says nothing about the path, 'hidden' when it hides what is below */
function searchLayer(layer: string, path: string, wish: Wish): Found | 'hidden' | undefined {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  let folder = openSync(layer, O_PATH | O_DIRECTORY);
  let opaque = false;
  try {
    for (const [index, name] of names.entries()) {
      const at = `/proc/self/fd/${folder}/${name}`;
      const stats = lstatSync(at, { throwIfNoEntry: false });
      if (!stats) return opaque ? 'hidden' : undefined;
      const last = index === names.length - 1;
      if (stats.isSymbolicLink()) return { kind: 'link', target: follow(names, index, readlinkSync(at)) };
      if (isWhiteout(stats) || (!last && !stats.isDirectory())) return 'hidden';
      if (last && stats.isDirectory()) return { kind: 'folder' };
      if (last) return stats.isFile() ? readFile(at, wish) : 'hidden';
      const next = openSync(at, O_PATH | O_NOFOLLOW | O_DIRECTORY);
      closeSync(folder);
      folder = next;
      opaque ||= archive.isOpaque(`/proc/self/fd/${folder}`);
    }
    return undefined;
  } finally {
    closeSync(folder);
  }
}

/** Where a link at `names[index]` leads, as an absolute path that cannot leave the root. */
function follow(names: readonly string[], index: number, target: string): string {
  const resolved: string[] = target.startsWith('/') ? [] : names.slice(0, index);
  for (const part of [...target.split('/'), ...names.slice(index + 1)]) {
    if (part === '..') resolved.pop();
    else resolved.push(part);
  }
  return `/${resolved.join('/')}`;
}

/** A deletion, as overlayfs writes it. */
function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

/** Opened by handle first: between the look and the opening the name may have become a FIFO or a device. */
function readFile(at: string, { limit, beginning }: Wish): Found {
  const handle = openSync(at, O_PATH | O_NOFOLLOW);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || (stats.size > limit && !beginning)) return { kind: 'none' };
    const size = Math.min(stats.size, limit);
    const file = openSync(`/proc/self/fd/${handle}`, O_RDONLY);
    try {
      const buffer = Buffer.alloc(size);
      return { kind: 'file', content: buffer.subarray(0, readSync(file, buffer, 0, size, 0)), mode: stats.mode & 0o777 };
    } finally {
      closeSync(file);
    }
  } finally {
    closeSync(handle);
  }
}
