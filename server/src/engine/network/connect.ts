import { Injectable } from '@nestjs/common';
import type { NetworkConnectRequest } from '../../api/generated/types.gen.js';
import { forbidden } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { Connections } from '../../network/connections.js';
import { Networks } from '../../network/networks.js';
import { sharedContainer } from '../../network/sandbox/sandbox.js';
import { containerLock } from '../container/rootfs/paths.js';
import type { Job } from '../job.js';
import { Attachment } from './attachment.js';

interface NetworkConnectParams {
  readonly id: string;
  readonly body: NetworkConnectRequest;
}

/** Connects a container to a network: at once when it runs, and at every start from then on. */
@Injectable()
export class NetworkConnect implements Job<NetworkConnectParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly networks: Networks,
    private readonly connections: Connections,
    private readonly attachment: Attachment,
  ) {}

  lock({ body }: NetworkConnectParams): string {
    return containerLock(this.containers.get(body.Container).id);
  }

  async run({ id, body }: NetworkConnectParams): Promise<void> {
    const container = this.containers.get(body.Container);
    const { Name: name } = this.networks.get(id).inspect;
    const { record, state } = container;
    const settings = body.EndpointConfig ?? {};
    checkModes(name, record.hostConfig.NetworkMode ?? '');
    const endpoints = { ...record.networking.EndpointsConfig };
    if (state.running) await this.attachment.change(container, () => this.connections.connect(container.id, name, settings, state.pid));
    this.attachment.configure(container, { ...endpoints, [name]: settings }, record.detached ?? false);
  }
}

function checkModes(network: string, mode: string): void {
  if (network === 'host' || mode === 'host')
    throw forbidden('container cannot be disconnected from host network or connected to host network');
  if (network === 'none' || mode === 'none')
    throw forbidden('container cannot be connected to multiple networks with one of the networks in private (none) mode');
  if (sharedContainer(mode))
    throw forbidden('container sharing network namespace with another container or host cannot be connected to any other network');
}
