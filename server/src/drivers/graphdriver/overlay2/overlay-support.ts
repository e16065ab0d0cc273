import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { IN_USER_NAMESPACE } from '../../../base/user-namespace.js';
import { unavailable } from '../../../base/errors.js';
import { archive } from '../../../libcontainer/index.js';

/** @throws Unavailable with a sentence for people when layers cannot be mounted from `root` */
export async function checkOverlay(root: string): Promise<void> {
  try {
    await archive.checkOverlaySupport(root);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENODEV')
      throw unavailable('this kernel has no overlayfs, which images and containers need: load it with "modprobe overlay"', error);
    if (code === 'EPERM') throw unavailable('mounting overlayfs is not permitted: run the daemon as root, with CAP_SYS_ADMIN', error);
    if (code === 'ENOTSUP')
      throw unavailable(`the file system of ${root} cannot hold overlay layers: choose a --data-root on ext4, xfs or btrfs`, error);
    throw unavailable(`cannot use overlayfs in ${root}: ${message}`, error);
  }
}

/** Switches off what the kernel may do by default and a layer must not depend on; where a kernel lacks one, it is not named. */
export function extraMountOptions(): string[] {
  const off = ['index', 'redirect_dir', 'metacopy'].filter(isOn).map((name) => `${name}=off`);
  // Only the host's own root has trusted xattrs.
  return IN_USER_NAMESPACE ? [...off, 'userxattr'] : off;
}

function isOn(parameter: string): boolean {
  try {
    return readFileSync(`/sys/module/overlay/parameters/${parameter}`, 'utf8').startsWith('Y');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** f_type of statfs(2), as `docker info` names them. */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'extfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x2fc12fc1: 'zfs',
  0xf2f52010: 'f2fs',
};

export async function backingFileSystem(root: string): Promise<string> {
  const { type } = await statfs(root);
  return fileSystems[type] ?? `0x${type.toString(16)}`;
}
