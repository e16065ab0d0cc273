import { Injectable } from '@nestjs/common';
import type { ContainerUpdateRequest, ContainerUpdateResponse, HostConfig } from '../../api/generated/types.gen.js';
import { conflict, invalidParameter } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { resourcesSection } from '../../container/oci-spec/resources.js';
import { validateRestartPolicy } from '../../container/restart-policy.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job } from '../job.js';
import { validateResources } from './create/host-config.js';
import { Launch } from './process/launch.js';
import { containerLock } from './rootfs/paths.js';

export interface ContainerUpdateParams {
  readonly id: string;
  readonly body: ContainerUpdateRequest;
}

/** Changes a container's limits and restart policy, also while it runs. */
@Injectable()
export class ContainerUpdate implements Job<ContainerUpdateParams, ContainerUpdateResponse> {
  constructor(
    private readonly containers: Containers,
    private readonly launch: Launch,
    private readonly events: Events,
  ) {}

  lock({ id }: ContainerUpdateParams): string {
    return containerLock(this.containers.get(id).id);
  }

  async run({ id, body }: ContainerUpdateParams): Promise<ContainerUpdateResponse> {
    const container = this.containers.get(id);
    const { state, record, process } = container;
    if (state.removing || state.dead)
      throw conflict(`Cannot update container ${container.id}: container is marked for removal and cannot be "update"`);
    const { RestartPolicy, ...resources } = body;
    if (RestartPolicy?.Name) validateRestartPolicy(RestartPolicy, record.hostConfig.AutoRemove);
    const hostConfig: HostConfig = { ...record.hostConfig, ...given(resources), ...(RestartPolicy?.Name && { RestartPolicy }) };
    if ((hostConfig.NanoCpus ?? 0) > 0 && (hostConfig.CpuPeriod || hostConfig.CpuQuota)) {
      throw invalidParameter('Conflicting options: CPU Quota or Period cannot be updated as NanoCPUs has already been set');
    }
    const warnings = validateResources(hostConfig, this.launch.host);
    if (process && Object.keys(given(resources)).length > 0) await process.update(await resourcesSection(hostConfig));
    this.containers.setRecord(container, { ...record, hostConfig });
    this.events.publish('container', 'update', container.id, eventAttributes(container));
    return { Warnings: warnings };
  }
}

/** What a container has from its start on: Docker passes over it, too. */
const LASTING = new Set(['CgroupParent', 'Ulimits', 'Devices', 'DeviceCgroupRules', 'DeviceRequests', 'Init']);

/** What is really to be changed: Docker's clients send 0, '' and null for all the rest. */
function given(resources: object): object {
  return Object.fromEntries(
    Object.entries(resources).filter(
      ([name, value]) =>
        !LASTING.has(name) && value !== 0 && value !== '' && value != null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
