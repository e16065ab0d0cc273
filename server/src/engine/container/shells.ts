import { Injectable } from '@nestjs/common';
import { kindOf } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { readRootfsFile } from '../../container/rootfs-file.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { runningProcess } from '../exec/processes.js';
import type { Job } from '../job.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';

/** From the one people like best to the one that is nearly always there. */
const KNOWN = ['bash', 'zsh', 'fish', 'ash', 'dash', 'ksh', 'sh'].flatMap((name) => [`/bin/${name}`, `/usr/bin/${name}`]);
const KNOWN_ELSEWHERE = ['/usr/local/bin/bash', '/busybox/sh', '/opt/bin/bash'];
const LARGEST_FILE = 1024 * 1024;
const MOST_USERS = 500;

/** What a person can choose from for a terminal in a container. */
export interface LoginChoices {
  readonly shells: string[];
  readonly users: string[];
}

/** Finds the shells and users of a running container without running anything in it. */
@Injectable()
export class ContainerShells implements Job<{ id: string }, LoginChoices> {
  constructor(
    private readonly containers: Containers,
    private readonly access: RootfsAccess,
  ) {}

  async run({ id }: { id: string }): Promise<LoginChoices> {
    const container = this.containers.get(id);
    const { pid } = runningProcess(container);
    const read = (path: string) => readRootfsFile([`/proc/${pid}/root`], path, LARGEST_FILE).split('\n');
    const listed = read('/etc/shells').filter((line) => line.startsWith('/') && !KNOWN.includes(line));
    const names = read('/etc/passwd').map((line) => line.split(':')[0] ?? '');
    const candidates = [...KNOWN, ...KNOWN_ELSEWHERE, ...listed.slice(0, 20)];
    const shells = await this.access.use(container, { binds: true }, (rootfs) => existing(rootfs, candidates));
    return { shells, users: names.filter(Boolean).slice(0, MOST_USERS) };
  }
}

/** Those that are there, each program once: /bin is often a link to /usr/bin. */
async function existing(rootfs: Rootfs, paths: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const name = path.split('/').at(-1) ?? '';
    if (!found.has(name) && (await isThere(rootfs, path))) found.set(name, path);
  }
  return [...found.values()];
}

async function isThere(rootfs: Rootfs, path: string): Promise<boolean> {
  try {
    await rootfs.stat(path);
    return true;
  } catch (error) {
    if (kindOf(error) === 'System') throw error;
    return false;
  }
}
