import { Injectable } from '@nestjs/common';
import type { ContainerTopResponse } from '../../api/generated/types.gen.js';
import { conflict } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import { eventAttributes } from '../../container/attributes.js';
import type { Job } from '../job.js';
import { listProcesses } from './process/ps.js';

/** Lists the processes of a running container. */
@Injectable()
export class ContainerTop implements Job<{ id: string; ps_args?: string }, ContainerTopResponse> {
  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  async run({ id, ps_args = '-ef' }: { id: string; ps_args?: string }): Promise<ContainerTopResponse> {
    const container = this.containers.get(id);
    if (!container.state.running || !container.process) throw conflict(`container ${container.id} is not running`);
    const response = await listProcesses(await container.process.pids(), ps_args);
    this.events.publish('container', 'top', container.id, eventAttributes(container));
    return response;
  }
}
