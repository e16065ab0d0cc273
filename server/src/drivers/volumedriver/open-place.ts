import { closeSync } from 'node:fs';
import { invalidParameter, messageOf, systemError } from '../../base/errors.js';
import { archive } from '../../libcontainer/index.js';
import type { OpenPlace } from './driver.js';

/** As `VolumeDrivers.openPlace`: openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, so that there is no moment to race with. */
export async function openPlace(folder: string, subpath: string): Promise<OpenPlace> {
  try {
    const descriptor = await archive.openPlace(folder, subpath);
    return { path: `/proc/${process.pid}/fd/${descriptor}`, close: () => closeSync(descriptor) };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw invalidParameter(`path ${subpath} of the volume leads through a symbolic link`);
    if (code === 'EXDEV') throw invalidParameter(`path ${subpath} leads out of the volume`);
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    if (isMissing) throw invalidParameter(`cannot access path ${subpath} of the volume: no such file or directory`);
    throw systemError(`cannot access path ${subpath} of the volume: ${messageOf(error)}`, error);
  }
}
