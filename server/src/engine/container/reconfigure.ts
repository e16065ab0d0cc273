import { Injectable } from '@nestjs/common';
import type { ContainerConfig, HostConfig } from '../../api/generated/types.gen.js';
import { conflict } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import { Sandboxes } from '../../network/sandboxes.js';
import { normalizeKey, wantedPorts } from '../../network/ports/bindings.js';
import type { Job } from '../job.js';
import { sandboxRequest } from './create/sandbox-request.js';
import { containerLock } from './rootfs/paths.js';

export interface ContainerReconfigureParams {
  readonly id: string;
  /** As of a request that makes a container: what its image has is added. Left out, they stay. */
  readonly labels?: ContainerConfig['Labels'];
  /** The same. */
  readonly ports?: Pick<ContainerConfig, 'ExposedPorts'> & Pick<HostConfig, 'PortBindings' | 'PublishAllPorts'>;
}

/** Changes a container's labels and published ports, also while it runs; connections to ports that stay go on. */
@Injectable()
export class ContainerReconfigure implements Job<ContainerReconfigureParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly sandboxes: Sandboxes,
    private readonly events: Events,
  ) {}

  lock({ id }: ContainerReconfigureParams): string {
    return containerLock(this.containers.get(id).id);
  }

  /** @throws InvalidParameter, System when a port is taken: nothing has changed then */
  async run({ id, labels, ports }: ContainerReconfigureParams): Promise<void> {
    const container = this.containers.get(id);
    const { record, state } = container;
    if (state.removing || state.dead) throw conflict(`container ${container.id} is being removed: nothing of it can be changed`);
    const image = this.images.find(record.image)?.config;
    const PortBindings = ports?.PortBindings ?? {};
    const exposed = [image?.ExposedPorts, ports?.ExposedPorts, PortBindings].flatMap((each) => Object.keys(each ?? {}));
    const wanted = {
      ...record,
      config: {
        ...record.config,
        ...(labels && { Labels: { ...image?.Labels, ...labels } }),
        ...(ports && { ExposedPorts: Object.fromEntries(exposed.map((key) => [normalizeKey(key), {}])) }),
      },
      hostConfig: { ...record.hostConfig, ...(ports && { PortBindings, PublishAllPorts: ports.PublishAllPorts ?? false }) },
    };
    const request = sandboxRequest(wanted);
    wantedPorts(request);
    if (ports) await this.sandboxes.republish(request);
    this.containers.setRecord(container, wanted);
    this.events.publish('container', 'update', container.id, eventAttributes(container));
  }
}
