import { constants, copyFile, lstat, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyAttributes } from '../../../base/copy-attributes.js';
import { invalidParameter } from '../../../base/errors.js';
import type { RootfsMount } from '../../../base/rootfs-mount.js';
import { findMerged, type MergedPath } from '../../../container/merged-path.js';
import type { ContainerMount } from '../../../container/mount.js';
import { layersOf } from '../../../container/rootfs-file.js';

const LOWER = 'lowerdir=';
const UPPER = 'upperdir=';

/**
 * Mounts a part of an image: of a folder, the same folder of every layer that has it, under the read-write layer; of a file, the file.
 * @param rootfs the image under its read-write layer
 * @throws InvalidParameter when there is no such file or folder, or it is reached through a link
 */
export async function imagePart(mount: ContainerMount, rootfs: RootfsMount, subpath: string): Promise<ContainerMount> {
  const layers = layersOf([rootfs]);
  const upper = rootfs.options.find((option) => option.startsWith(UPPER))?.slice(UPPER.length);
  const found = await findMerged(
    layers.filter((layer) => layer !== upper),
    subpath,
  );
  if (found?.stats.isDirectory()) {
    const folders = LOWER + found.folders.join(':');
    return { ...mount, rootfs: { ...rootfs, options: rootfs.options.map((option) => (option.startsWith(LOWER) ? folders : option)) } };
  }
  if (!found?.stats.isFile())
    throw invalidParameter(`cannot access path ${subpath} of image ${mount.source}: there is no such file or folder`);
  // The layer itself must not be written to.
  const file = mount.writable && upper !== undefined ? await copyTo(join(upper, subpath), found) : found.path;
  return { ...mount, rootfs: { type: 'bind', source: file, options: ['bind', 'rprivate'] } };
}

/** Copies a file of an image to its read-write layer; what is there from the container's last run stays. */
async function copyTo(target: string, { path, stats }: MergedPath): Promise<string> {
  if (await lstat(target).catch(() => undefined)) return target;
  await mkdir(dirname(target), { recursive: true });
  try {
    await copyFile(path, target, constants.COPYFILE_FICLONE);
    await copyAttributes(target, stats);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
  return target;
}
