import { Injectable } from '@nestjs/common';
import { eventAttributes } from '../../container/attributes.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import { Engine } from '../engine.js';
import type { Job } from '../job.js';
import { Ending } from './process/ending.js';
import { Launch } from './process/launch.js';
import { Monitor } from './process/monitor.js';
import { containerLock } from './rootfs/paths.js';
import type { ContainerStopParams } from './stop.js';

/** Stops a container if it runs and starts it again; one that removes itself at its exit stays this time. */
@Injectable()
export class ContainerRestart implements Job<ContainerStopParams, void> {
  constructor(
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly ending: Ending,
    private readonly launch: Launch,
    private readonly monitor: Monitor,
    private readonly events: Events,
  ) {}

  async run({ id, signal, t }: ContainerStopParams): Promise<void> {
    const container = this.containers.get(id);
    container.keepAtExit = true;
    try {
      if (container.state.running) await this.ending.stop(container, { signal, timeout: t, by: 'restart' });
    } finally {
      container.keepAtExit = false;
    }
    await this.engine.exclusively(containerLock(container.id), async () => {
      if (container.state.running) return;
      await this.launch.start(container);
      this.monitor.watch(container);
    });
    this.events.publish('container', 'restart', container.id, eventAttributes(container));
  }
}
