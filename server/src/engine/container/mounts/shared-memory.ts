import { Inject, Injectable } from '@nestjs/common';
import { execFile } from 'node:child_process';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { conflict } from '../../../base/errors.js';
import type { Undo } from '../../../base/undo.js';
import type { Container } from '../../../container/container.js';
import { joinedContainer } from '../../../container/oci-spec/namespaces.js';
import { Containers } from '../../../container/store.js';
import { giveToContainers } from './give-to-containers.js';
import { requireRunning } from '../create/joinable.js';

const run = promisify(execFile);

/**
 * /dev/shm of containers that let others into their IPC namespace: a file system can be bound into a second container only
 * from the host, so theirs is mounted there for as long as they run.
 */
@Injectable()
export class SharedMemory {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly containers: Containers,
  ) {}

  /**
   * Where the container's /dev/shm is on the host; undefined when it has one of its own.
   * @throws Conflict when it wants that of a container which does not run or does not share
   */
  async prepare({ id, record }: Container, undo: Undo): Promise<string | undefined> {
    const { IpcMode, ShmSize } = record.hostConfig;
    if (IpcMode === 'host') return '/dev/shm';
    const reference = joinedContainer(IpcMode);
    if (reference !== undefined) return this.of(requireRunning(this.containers.get(reference)));
    if (IpcMode !== 'shareable') return undefined;
    const path = this.path(id);
    await this.release(id);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await run('mount', ['-t', 'tmpfs', '-o', `nosuid,nodev,noexec,mode=1777,size=${ShmSize}`, 'shm', path]);
    undo.add(path, () => this.release(id));
    await giveToContainers(path, this.config);
    return path;
  }

  /** Gives a container's /dev/shm back; those who joined it keep theirs. One that has none is no error. */
  async release(id: string): Promise<void> {
    const path = this.path(id);
    const mounted = await isMounted(path);
    if (mounted) await run('umount', ['--lazy', path]);
    if (mounted !== undefined) await rmdir(path);
  }

  private of({ id, record }: Container): string {
    const { IpcMode } = record.hostConfig;
    if (IpcMode === 'shareable') return this.path(id);
    throw conflict(`can't join IPC of container ${id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`);
  }

  private path(id: string): string {
    return join(this.config.execRoot, 'shm', id);
  }
}

/** Whether something is mounted at `path`: it is on another device than its folder. undefined when there is no such path. */
async function isMounted(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).dev !== (await stat(join(path, '..'))).dev;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
