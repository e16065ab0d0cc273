import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { pausing, unpaused } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job } from '../job.js';
import { containerLock } from './rootfs/paths.js';

/** Lets the frozen processes of a container go on. */
@Injectable()
export class ContainerUnpause implements Job<{ id: string }, void> {
  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  lock({ id }: { id: string }): string {
    return containerLock(this.containers.get(id).id);
  }

  async run({ id }: { id: string }): Promise<void> {
    const container = this.containers.get(id);
    if (!container.state.paused || !container.process) throw conflict(`Container ${container.id} is not paused`);
    this.containers.setState(container, pausing(container.state));
    await container.process.resume();
    if (container.state.paused) this.containers.setState(container, unpaused(container.state));
    this.events.publish('container', 'unpause', container.id, eventAttributes(container));
  }
}
