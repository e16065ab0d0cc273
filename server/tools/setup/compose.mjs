// Compose, version 2, from the Debian release that has it (this one may still have version 1), unpacked under .cache/.
import { join } from 'node:path';
import { unpackAside } from './docker-io.mjs';
import { root } from './run.mjs';

/** Folder whose usr/libexec/docker/cli-plugins holds docker-compose. */
export const composeV2 = join(root, '.cache/compose-v2');

/** Fetches and unpacks Compose, once. */
export function ensureComposeV2() {
  return unpackAside(composeV2, ['docker-compose'], 'trixie');
}
