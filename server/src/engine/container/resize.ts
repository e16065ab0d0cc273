import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job } from '../job.js';

export interface ResizeParams {
  readonly id: string;
  /** Rows. */
  readonly h: number;
  /** Columns. */
  readonly w: number;
}

/** Changes the size of a container's console. */
@Injectable()
export class ContainerResize implements Job<ResizeParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  async run({ id, h, w }: ResizeParams): Promise<void> {
    const container = this.containers.get(id);
    if (!container.process) throw conflict(`cannot resize the console of container ${id}: container ${container.id} is not running`);
    await container.process.resize(h, w);
    this.events.publish('container', 'resize', container.id, eventAttributes(container, { height: String(h), width: String(w) }));
  }
}
