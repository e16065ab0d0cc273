import { Injectable } from '@nestjs/common';
import { conflict, notModified } from '../../base/errors.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import type { Job } from '../job.js';
import { Launch } from './process/launch.js';
import { Monitor } from './process/monitor.js';
import { containerLock } from './rootfs/paths.js';
import { Removal } from './process/removal.js';

/** Starts a container that is not running. */
@Injectable()
export class ContainerStart implements Job<{ id: string }, void> {
  constructor(
    private readonly containers: Containers,
    private readonly launch: Launch,
    private readonly monitor: Monitor,
    private readonly removal: Removal,
  ) {}

  lock({ id }: { id: string }): string {
    return containerLock(this.containers.get(id).id);
  }

  async run({ id }: { id: string }): Promise<void> {
    const container = this.containers.get(id);
    container.cancelRestart?.();
    requireStartable(container);
    this.launch.links.checkRunning(container);
    container.restartDelay = 0;
    container.state = { ...container.state, restartCount: 0 };
    try {
      await this.launch.start(container);
    } catch (error) {
      if (container.record.hostConfig.AutoRemove) this.removal.removeSoon(container);
      throw error;
    }
    this.monitor.watch(container);
  }
}

/** @throws NotModified when it runs, Conflict when it cannot be started */
function requireStartable({ id, state }: Container): void {
  if (state.paused) throw conflict(`cannot start a paused container, try unpause instead: ${id}`);
  if (state.running) throw notModified(`container ${id} is already running`);
  if (state.removing || state.dead) throw conflict(`container ${id} is marked for removal and cannot be started`);
}
