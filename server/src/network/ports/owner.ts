import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Protocol } from '../../drivers/networkdriver/driver.js';

/** The process that has a port of the host bound, as `nginx, pid 812`; undefined when none is found. For an error's words. */
export async function portOwner(protocol: Protocol, port: number): Promise<string | undefined> {
  const inodes = (await Promise.all([protocol, `${protocol}6`].map((table) => inodesOf(table, port)))).flat();
  if (inodes.length === 0) return undefined;
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsAny(pid, wanted))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(gone);
    return name && `${name.trim()}, pid ${pid}`;
  }
  return undefined;
}

/** Inodes of the sockets bound to `port`; the tables' form is proc_net_tcp(5)'s. */
async function inodesOf(table: string, port: number): Promise<string[]> {
  const text = (await readFile(`/proc/net/${table}`, 'latin1').catch(gone)) ?? '';
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const LISTENING_OR_UNCONNECTED = ['0A', '07'];
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && LISTENING_OR_UNCONNECTED.includes(fields[3] ?? ''))
    .map((fields) => fields[9] as string);
}

async function holdsAny(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = (await readdir(`/proc/${pid}/fd`).catch(gone)) ?? [];
  const targets = await Promise.all(descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(gone)));
  return targets.some((target) => target !== undefined && sockets.has(target));
}

/** A process may end while it is looked at, and a kernel may lack a table. */
function gone(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) throw error;
}
