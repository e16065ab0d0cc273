import { posix } from 'node:path';
import { Injectable } from '@nestjs/common';
import { kindOf } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import type { PathStat, Rootfs } from '../../drivers/execdriver/driver.js';
import { archivePath } from '../container/rootfs/archive-path.js';
import type { Job } from '../job.js';
import { ContainerChanges } from './container-changes.js';
import { FilesAccess, filesError, type FilesPlace } from './files-access.js';

/** Entries of a folder that are told; what has more is looked into by other means. */
const MOST = 5000;
/** Bits of Go's fs.FileMode. */
const DIRECTORY = 2 ** 31;
const SYMLINK = 2 ** 27;
/** Devices, pipes, sockets. */
const SPECIAL = [2 ** 26, 2 ** 25, 2 ** 24, 2 ** 21, 2 ** 19];
const PERMISSIONS = 0o777;
const CHANGES = ['modified', 'added', 'deleted'] as const;

export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** RFC 3339. */
  readonly modified: string;
  /** Of a link: where it leads, inside. */
  readonly target?: string;
  /** Against the image, of a container; against what stands below, of a layer. */
  readonly change?: (typeof CHANGES)[number];
}

export interface FileList {
  readonly entries: FileEntry[];
  /** There are more entries than are told. */
  readonly more: boolean;
}

export interface FileListParams extends FilesPlace {
  readonly path: string;
}

/** Lists a folder of a container, an image, a layer or a volume, with what was changed in it. */
@Injectable()
export class FilesList implements Job<FileListParams, FileList> {
  constructor(
    private readonly access: FilesAccess,
    private readonly containers: Containers,
    private readonly changes: ContainerChanges,
  ) {}

  async run({ kind, id, path }: FileListParams): Promise<FileList> {
    const folder = archivePath(path).replace(/\/\.?$/, '') || '/';
    try {
      const { entries, more } = await this.access.use({ kind, id }, (files) => list(files, folder));
      if (kind === 'layer') return { entries: entries.map(whiteoutsTold), more };
      const changed = kind === 'container' ? await this.changes.inFolder(this.containers.get(id).id, folder) : new Map<string, number>();
      return { entries: withChanges(entries, changed), more };
    } catch (error) {
      throw filesError(error, folder);
    }
  }
}

async function list(files: Rootfs, folder: string): Promise<FileList> {
  const names = await files.names(`${folder === '/' ? '' : folder}/`);
  const wanted = names.slice(0, MOST);
  const stats = await Promise.all(wanted.map((name) => statOf(files, posix.join(folder, name))));
  return { entries: stats.filter((entry) => entry !== undefined), more: names.length > wanted.length };
}

/** undefined for what went away meanwhile. */
async function statOf(files: Rootfs, path: string): Promise<FileEntry | undefined> {
  try {
    return toEntry(await files.stat(path));
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

function has(mode: number, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}

function toEntry({ name, size, mode, mtimeMs, linkTarget }: PathStat): FileEntry {
  const isOther = SPECIAL.some((bit) => has(mode, bit));
  const kind = has(mode, DIRECTORY) ? 'folder' : has(mode, SYMLINK) ? 'link' : isOther ? 'other' : 'file';
  return {
    name,
    kind,
    size: kind === 'file' ? size : 0,
    mode: mode % (PERMISSIONS + 1),
    modified: new Date(mtimeMs).toISOString(),
    ...(linkTarget && { target: linkTarget }),
  };
}

/** A layer says that something below is deleted by a device that is none (overlayfs's whiteout). */
function whiteoutsTold(entry: FileEntry): FileEntry {
  return entry.kind === 'other' && entry.mode === 0 ? { ...entry, change: 'deleted' } : entry;
}

/** Marks what was changed; what was deleted is told as well. */
function withChanges(entries: readonly FileEntry[], changed: ReadonlyMap<string, number>): FileEntry[] {
  const there = new Set(entries.map(({ name }) => name));
  const marked = entries.map((entry) => {
    const change = CHANGES[changed.get(entry.name) ?? -1];
    return change ? { ...entry, change } : entry;
  });
  const deleted = [...changed].filter(([name, kind]) => CHANGES[kind] === 'deleted' && !there.has(name));
  return [
    ...marked,
    ...deleted.map(([name]): FileEntry => ({
      name,
      kind: 'other',
      size: 0,
      mode: 0,
      modified: new Date(0).toISOString(),
      change: 'deleted',
    })),
  ];
}
