import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { invalidParameter, kindOf } from '../../base/errors.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { ensureFolder } from '../make-folders.js';
import type { Owner } from '../worker.js';
import type { CopySource } from './sources.js';

/** Where and how files are put. */
export interface Placement {
  /** Absolute; with a "/" at its end it is a folder in any case. */
  readonly destination: string;
  readonly owner: Owner;
  readonly mode: number | undefined;
  /** What comes out of an archive keeps its own owners. */
  readonly keepOwners: boolean;
}

/** Puts one source into a rootfs: the content of a folder or an archive, or a file. */
export async function place(rootfs: Rootfs, source: CopySource, { destination, owner, mode, keepOwners }: Placement): Promise<void> {
  const options = { keepKinds: true, ...(mode !== undefined && { mode }) };
  const { files, path } = source;
  if (source.folder || source.extract) {
    await ensureFolder(rootfs, destination, owner);
    const own = source.extract && keepOwners ? options : { ...options, owner };
    const tar = source.extract ? files.read(path) : files.pack(`${path}/.`, '.');
    return unpack(rootfs, destination, tar, own);
  }
  const intoFolder = destination.endsWith('/') || (await isFolder(rootfs, destination));
  const folder = intoFolder ? destination : posix.dirname(destination);
  const name = intoFolder ? source.name : posix.basename(destination);
  if (name === '') throw invalidParameter(`cannot determine filename for ${destination}: the source has none`);
  await ensureFolder(rootfs, folder, owner);
  await unpack(rootfs, folder, files.pack(path, name), { ...options, owner });
}

async function unpack(rootfs: Rootfs, folder: string, tar: Readable, options: Parameters<Rootfs['unpack']>[2]): Promise<void> {
  try {
    await rootfs.unpack(folder, tar as AsyncIterable<Buffer>, options);
  } finally {
    tar.destroy();
  }
}

async function isFolder(rootfs: Rootfs, path: string): Promise<boolean> {
  try {
    await rootfs.stat(`${path}/`);
    return true;
  } catch (error) {
    if (kindOf(error) === 'NotFound' || kindOf(error) === 'InvalidParameter') return false;
    throw error;
  }
}
