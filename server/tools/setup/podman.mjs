// Debian's podman, unpacked under .cache/ rather than installed: nothing of the machine's own containers changes.
import { join } from 'node:path';
import { unpackAside } from './docker-io.mjs';
import { root } from './run.mjs';

/** Folder whose usr/bin and usr/lib hold podman, conmon and the libraries they need. */
export const podman = join(root, '.cache/podman');

/** Fetches and unpacks podman, once. */
export function ensurePodman() {
  const needed = ['podman', 'conmon', 'golang-github-containers-common', 'golang-github-containers-image'];
  return unpackAside(podman, [...needed, 'libgpgme11', 'libassuan0', 'libgpg-error0', 'libsubid4', 'libdevmapper1.02.1', 'libyajl2']);
}
