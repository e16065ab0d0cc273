import { Injectable } from '@nestjs/common';
import type { NetworkCreateRequest, NetworkCreateResponse } from '../../api/generated/types.gen.js';
import { forbidden } from '../../base/errors.js';
import { Events } from '../../events/events.js';
import { Networks } from '../../network/networks.js';
import type { Job } from '../job.js';

/** Makes a network. */
@Injectable()
export class NetworkCreate implements Job<NetworkCreateRequest, NetworkCreateResponse> {
  constructor(
    private readonly networks: Networks,
    private readonly events: Events,
  ) {}

  async run(request: NetworkCreateRequest): Promise<NetworkCreateResponse> {
    if (request.Ingress || request.Scope === 'swarm' || request.Driver === 'overlay')
      throw forbidden('This node is not a swarm manager: networks of a swarm cannot be made here');
    const { inspect } = await this.networks.create(request);
    this.events.publish('network', 'create', inspect.Id, { name: inspect.Name, type: inspect.Driver });
    return { Id: inspect.Id, Warning: '' };
  }
}
