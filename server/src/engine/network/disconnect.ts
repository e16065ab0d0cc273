import { Injectable } from '@nestjs/common';
import type { NetworkDisconnectRequest } from '../../api/generated/types.gen.js';
import { forbidden } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { Connections } from '../../network/connections.js';
import { Networks } from '../../network/networks.js';
import { networkOfMode } from '../../network/sandbox/sandbox.js';
import { containerLock } from '../container/rootfs/paths.js';
import type { Job } from '../job.js';
import { Attachment } from './attachment.js';

interface NetworkDisconnectParams {
  readonly id: string;
  readonly body: NetworkDisconnectRequest;
}

/** Disconnects a container from a network: at once when it runs, and for its next starts. */
@Injectable()
export class NetworkDisconnect implements Job<NetworkDisconnectParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly networks: Networks,
    private readonly connections: Connections,
    private readonly attachment: Attachment,
  ) {}

  lock({ body }: NetworkDisconnectParams): string {
    return containerLock(this.containers.get(body.Container).id);
  }

  async run({ id, body }: NetworkDisconnectParams): Promise<void> {
    const container = this.containers.get(body.Container);
    const { inspect: network } = this.networks.get(id);
    const { record, state } = container;
    if (state.running) {
      await this.attachment.change(container, () => this.connections.disconnect(container.id, network.Name, state.pid));
    }
    const endpoints = Object.entries(record.networking.EndpointsConfig ?? {});
    const kept = endpoints.filter(([reference]) => this.networks.find(reference)?.inspect.Id !== network.Id);
    const isMode = this.networks.find(networkOfMode(record.hostConfig.NetworkMode ?? ''))?.inspect.Id === network.Id;
    if (!state.running && kept.length === endpoints.length && !isMode)
      throw forbidden(`container ${container.id} is not connected to network ${network.Name}`);
    this.attachment.configure(container, Object.fromEntries(kept), isMode || (record.detached ?? false));
  }
}
