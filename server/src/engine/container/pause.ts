import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { paused, pausing, unpaused } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job, JobContext } from '../job.js';
import { containerLock } from './rootfs/paths.js';

export interface ContainerPauseParams {
  readonly id: string;
  /** For as long as another job takes: should the daemon end meanwhile, the next one lets the container go on. */
  readonly passing?: boolean;
}

/** Freezes all processes of a container. */
@Injectable()
export class ContainerPause implements Job<ContainerPauseParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  lock({ id }: ContainerPauseParams): string {
    return containerLock(this.containers.get(id).id);
  }

  async run({ id, passing = false }: ContainerPauseParams, { undo }: JobContext): Promise<void> {
    const container = this.containers.get(id);
    const { state, process } = container;
    if (state.restarting) throw conflict(`Container ${container.id} is restarting, wait until the container is running`);
    if (!state.running || !process) throw conflict(`Container ${container.id} is not running`);
    if (state.paused) throw conflict(`Container ${container.id} is already paused`);
    this.containers.setState(container, pausing(state));
    undo.add(container, () => this.containers.setState(container, unpaused(container.state)));
    await process.pause();
    if (container.process !== process) throw conflict(`Container ${container.id} is not running`);
    this.containers.setState(container, paused(container.state, passing));
    this.events.publish('container', 'pause', container.id, eventAttributes(container));
  }
}
