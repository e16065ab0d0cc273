import { lchown } from 'node:fs/promises';
import type { DaemonConfig } from '../../../base/config.js';

/** Makes what the daemon made for containers on the host theirs, where they have other IDs than the host's. */
export async function giveToContainers(path: string, { remappedUser }: Pick<DaemonConfig, 'remappedUser'>): Promise<void> {
  if (remappedUser) await lchown(path, remappedUser.uid, remappedUser.gid);
}
