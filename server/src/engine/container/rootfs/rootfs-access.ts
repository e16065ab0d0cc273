import { existsSync } from 'node:fs';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { conflict, messageOf, notFound } from '../../../base/errors.js';
import { Undo } from '../../../base/undo.js';
import type { Container } from '../../../container/container.js';
import { bindMounts } from '../../../container/oci-spec/mounts.js';
import { Containers } from '../../../container/store.js';
import { EXEC_DRIVER, type ExecDriver, type Rootfs } from '../../../drivers/execdriver/driver.js';
import { Layers } from '../../../graph/layers.js';
import { Engine } from '../../engine.js';
import { MountSources } from '../mounts/mount-sources.js';
import { containerFiles, containerLock } from './paths.js';

/** How much of a container's file system is wanted: with or without its volumes and binds. */
export interface RootfsScope {
  readonly binds: boolean;
}

/** Opens the file systems of containers, whether they run or not. */
@Injectable()
export class RootfsAccess {
  private readonly log = new Logger('RootfsAccess');

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly layers: Layers,
    private readonly sources: MountSources,
  ) {}

  /**
   * Does `work` on the file system of `container`, which is closed when that has settled. One that does not run cannot be
   * started or removed meanwhile.
   * @throws NotFound, Conflict when it is dead, and what `work` throws
   */
  async use<T>(container: Container, scope: RootfsScope, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
    const live = await this.openLive(container);
    if (live) return closing(live, work);
    return this.engine.exclusively(containerLock(container.id), async () => {
      const started = await this.openLive(container);
      return started ? closing(started, work) : this.useIdle(container, scope, work);
    });
  }

  private async openLive({ state, process }: Container): Promise<Rootfs | undefined> {
    return state.running ? process?.openRootfs() : undefined;
  }

  private async useIdle<T>(container: Container, { binds }: RootfsScope, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
    const { id, record } = container;
    if (!this.containers.find(id)) throw notFound(`No such container: ${id}`);
    if (container.state.dead || container.state.removing) throw conflict(`container ${id} is being removed or dead: it has no file system`);
    await container.process?.exit;
    await container.cleanup;
    const undo = new Undo();
    try {
      const mounts = binds ? await this.binds(container, undo) : [];
      const readOnly = record.hostConfig.ReadonlyRootfs ?? false;
      const rootfs = await this.driver.openRootfs({ rootfs: await this.layers.mounts(id), binds: mounts, readOnly });
      return await closing(rootfs, work);
    } finally {
      for (const failure of await undo.unwind()) this.log.error(`container ${id}: giving its volumes back: ${messageOf(failure)}`);
    }
  }

  /** The daemon's files are there only once the container has run. */
  private async binds(container: Container, undo: Undo) {
    const mounts = await this.sources.prepare(container, undo, undo);
    const input = { hostConfig: container.record.hostConfig, mounts, files: containerFiles(this.config, container.id) };
    const own = new Set<string>(Object.values(input.files));
    return bindMounts(input).filter(({ source }) => !own.has(source) || existsSync(source));
  }
}

async function closing<T>(rootfs: Rootfs, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
  try {
    return await work(rootfs);
  } finally {
    await rootfs.close();
  }
}
