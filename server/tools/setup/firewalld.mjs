// Debian's firewalld with what it needs and this machine has not, unpacked under .cache/ rather than installed: no firewall is started here.
import { join } from 'node:path';
import { unpackAside } from './docker-io.mjs';
import { must, root } from './run.mjs';

/** Folder of the packages' files, to be laid over a machine's own in a mount namespace. */
export const firewalld = join(root, '.cache/firewalld');

/** Fetches and unpacks firewalld, once. */
export async function ensureFirewalld() {
  const output = await must('apt-get', ['install', '--simulate', '--no-install-recommends', 'firewalld', 'dbus-daemon']);
  const missing = [...output.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  await unpackAside(firewalld, [...new Set(['firewalld', 'python3-firewall', ...missing])]);
}
