import { Injectable } from '@nestjs/common';
import { notModified } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import type { Job } from '../job.js';
import { Ending } from './process/ending.js';

export interface ContainerStopParams {
  readonly id: string;
  readonly signal?: string;
  /** Seconds. */
  readonly t?: number;
}

/** Stops a running container. A client that goes away does not call it off. */
@Injectable()
export class ContainerStop implements Job<ContainerStopParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly ending: Ending,
  ) {}

  async run({ id, signal, t }: ContainerStopParams): Promise<void> {
    const container = this.containers.get(id);
    if (!container.state.running) throw notModified(`container ${id} is already stopped`);
    await this.ending.stop(container, { signal, timeout: t });
  }
}
