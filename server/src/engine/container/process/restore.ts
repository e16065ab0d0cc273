import { Inject, Injectable, Logger } from '@nestjs/common';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf } from '../../../base/errors.js';
import type { Container } from '../../../container/container.js';
import { startsWithDaemon } from '../../../container/restart-policy.js';
import { exited, unpaused } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import { EXEC_DRIVER, type ContainerProcess, type ExecDriver } from '../../../drivers/execdriver/driver.js';
import { Layers } from '../../../graph/layers.js';
import { Sandboxes } from '../../../network/sandboxes.js';
import { Volumes } from '../../../volume/volumes.js';
import type { Job } from '../../job.js';
import { Ending } from './ending.js';
import { Monitor } from './monitor.js';
import { layerIds, Removal } from './removal.js';
import { SharedMemory } from '../mounts/shared-memory.js';
import { sandboxRequest } from '../create/sandbox-request.js';

/** How a run ended that nobody saw the end of. */
const UNSEEN = 255;

/**
 * Takes over what a former daemon left: adopts what runs, sees to what ended meanwhile, deletes what belongs to nobody,
 * and starts what its restart policy starts with the daemon. Run once, before the first request.
 */
@Injectable()
export class ContainersRestore implements Job<void, void> {
  private readonly log = new Logger('Containers');

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly containers: Containers,
    private readonly layers: Layers,
    private readonly volumes: Volumes,
    private readonly sharedMemory: SharedMemory,
    private readonly sandboxes: Sandboxes,
    private readonly monitor: Monitor,
    private readonly ending: Ending,
    private readonly removal: Removal,
  ) {}

  async run(): Promise<void> {
    const containers = [...this.containers.all()];
    for (const { id, record } of containers) {
      for (const mount of record.mounts) if (mount.type === 'volume') this.volumes.hold(mount.name ?? '', id);
    }
    await this.sandboxes.open();
    await Promise.all(containers.map((container) => this.restore(container)));
    await Promise.all(containers.filter(({ record }) => record.step).map((container) => this.removeStep(container)));
    const running = new Set(containers.filter((container) => container.process).map(({ id }) => id));
    await this.sandboxes.retain(running);
    await this.volumes.retain(running);
    for (const container of containers.filter(({ state }) => state.removing)) await this.finishRemoval(container);
    await this.volumes.recover(new Set([...this.containers.all()].map(({ id }) => id)));
    await this.deleteOrphans();
  }

  private async restore(container: Container): Promise<void> {
    try {
      const process = await this.driver.adopt(container.id);
      // One that was being restarted by its policy is started again: nobody has been told of this start.
      if (process && container.state.running && !container.state.restarting) await this.adopt(container, process);
      else {
        await process?.dispose();
        await this.sharedMemory.release(container.id);
        this.settle(container);
      }
    } catch (error) {
      this.log.error(`container ${container.id} could not be taken over: ${messageOf(error)}`);
      this.settle(container);
    }
  }

  /** Its build ended with the daemon that ran it. */
  private async removeStep(container: Container): Promise<void> {
    try {
      if (container.state.running) await this.ending.kill(container);
      await this.removal.remove(container, true);
    } catch (error) {
      this.log.error(`container ${container.id} of a build was not removed: ${messageOf(error)}`);
    }
  }

  /** Its exit may have been recorded already: the monitor then sees to it at once, restart policy and all. */
  private async adopt(container: Container, process: ContainerProcess): Promise<void> {
    container.process = process;
    if (process.pid !== 0) {
      await this.takeOverNetwork(container, process.pid);
      if (container.state.pausing) await this.letGoOn(container, process);
    }
    this.monitor.watch(container);
  }

  /** A container goes on, whatever has become of its network. */
  private async takeOverNetwork({ id, record }: Container, pid: number): Promise<void> {
    try {
      await this.sandboxes.restore(sandboxRequest(record), pid);
    } catch (error) {
      this.log.error(`the network of container ${id} could not be taken over, restart it: ${messageOf(error)}`);
    }
  }

  /** It was frozen for a job that ended with the daemon. */
  private async letGoOn(container: Container, process: ContainerProcess): Promise<void> {
    try {
      await process.resume();
      this.containers.setState(container, unpaused(container.state));
    } catch (error) {
      this.log.error(`container ${container.id} was frozen for a job and could not be let go on: ${messageOf(error)}`);
    }
  }

  private async finishRemoval(container: Container): Promise<void> {
    try {
      await this.removal.finish(container);
    } catch (error) {
      this.log.error(messageOf(error));
    }
  }

  /** Of a container without a process. */
  private settle(container: Container): void {
    const { state, record } = container;
    const policy = record.hostConfig.RestartPolicy;
    if (state.running && !state.restarting) {
      const ending = { exitCode: UNSEEN, oomKilled: false, finishedAt: Date.now() };
      this.containers.setState(container, { ...exited(state, ending), unseen: true });
    }
    if (state.removing) return;
    if (record.hostConfig.AutoRemove) this.removal.removeSoon(container);
    else if (state.restarting || (hasRun(container) && startsWithDaemon(policy, state.manuallyStopped))) this.monitor.resume(container);
  }

  /** Files, layers and processes of containers that nobody knows. */
  private async deleteOrphans(): Promise<void> {
    const known = new Set([...this.containers.all()].map(({ id }) => id));
    for (const id of await this.driver.list()) if (!known.has(id)) await (await this.driver.adopt(id))?.dispose();
    await this.layers.recover(new Set([...this.containers.all()].flatMap(layerIds)));
    const root = join(this.config.dataRoot, 'containers');
    for (const id of await readdir(root).catch(() => [])) {
      if (!known.has(id)) await rm(join(root, id), { recursive: true, force: true });
    }
  }
}

function hasRun({ state }: Container): boolean {
  return !state.startedAt.startsWith('0001');
}
