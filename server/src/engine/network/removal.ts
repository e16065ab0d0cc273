import { Injectable } from '@nestjs/common';
import { forbidden } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { Events } from '../../events/events.js';
import { Networks } from '../../network/networks.js';
import { PREDEFINED } from '../../network/sandbox/sandbox.js';
import { Sandboxes } from '../../network/sandboxes.js';
import type { NetworkRecord } from '../../network/store.js';

/** Removes networks that nobody uses: what deleting and pruning have in common. */
@Injectable()
export class NetworkRemoval {
  constructor(
    private readonly networks: Networks,
    private readonly sandboxes: Sandboxes,
    private readonly events: Events,
  ) {}

  /** @throws Forbidden for a predefined network and for one with running containers */
  async remove(record: NetworkRecord): Promise<void> {
    const { Id: id, Name: name, Driver: type } = record.inspect;
    const users = this.sandboxes
      .endpointsIn(id)
      .map(({ sandbox }) => `name:"${sandbox.request.name}" id:"${shortId(sandbox.containerId)}"`);
    if (users.length > 0 && !PREDEFINED.includes(name))
      throw forbidden(`error while removing network: network ${name} has active endpoints (${users.join(', ')})`);
    await this.networks.remove(record);
    this.events.publish('network', 'destroy', id, { name, type });
  }
}
