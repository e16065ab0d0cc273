import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import type { Container } from '../../container/container.js';
import { statusOf } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { Engine } from '../engine.js';
import type { Job, JobContext } from '../job.js';
import { Ending } from './process/ending.js';
import { Links } from './create/links.js';
import { containerLock } from './rootfs/paths.js';
import { Removal } from './process/removal.js';

export interface ContainerDeleteParams {
  readonly id: string;
  /** Its anonymous volumes too. */
  readonly v?: boolean;
  /** Kill it first when it runs. */
  readonly force?: boolean;
  /** Remove a legacy link instead, CONTAINER/ALIAS. */
  readonly link?: boolean;
}

/** Removes a container. */
@Injectable()
export class ContainerDelete implements Job<ContainerDeleteParams, void> {
  /** Containers whose removal has begun. */
  private readonly going = new Set<Container>();

  constructor(
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly ending: Ending,
    private readonly removal: Removal,
    private readonly links: Links,
  ) {}

  async run({ id, v, force, link }: ContainerDeleteParams, { undo }: JobContext): Promise<void> {
    if (link) return this.links.remove(id);
    const container = this.containers.get(id);
    if (this.going.has(container)) throw conflict(`removal of container ${id} is already in progress`);
    undo.add(this.going.add(container), () => this.going.delete(container));
    await this.engine.exclusively(containerLock(container.id), () => this.remove(container, v ?? false, force ?? false));
    this.going.delete(container);
  }

  private async remove(container: Container, anonymousVolumes: boolean, force: boolean): Promise<void> {
    if (!this.containers.find(container.id)) return;
    if (container.state.running) {
      if (!force) throw conflict(refusal(container));
      container.keepAtExit = true;
      await this.ending.kill(container, { by: 'removal', signal: 9 });
    }
    container.cancelRestart?.();
    await this.removal.remove(container, anonymousVolumes);
    for (const client of container.attaching) client.leave();
  }
}

function refusal({ name, state }: Container): string {
  const status = statusOf(state);
  const advice =
    status === 'paused'
      ? 'unpause and then stop the container before removal or force remove'
      : 'stop the container before removal or force remove';
  return `cannot remove container "${name}": container is ${status}: ${advice}`;
}
