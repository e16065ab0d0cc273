import { Inject, Injectable } from '@nestjs/common';
import type { ContainerInspectResponse } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { apparmorProfile, hasAppArmor } from '../../container/apparmor.js';
import { argumentsOf } from '../../container/container.js';
import { toMountPoint } from '../../container/mount.js';
import { parseSecurityOptions } from '../../container/oci-spec/security-options.js';
import { toContainerState } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { Sandboxes } from '../../network/sandboxes.js';
import type { Job } from '../job.js';
import { containerFiles, logPath } from './rootfs/paths.js';
import { sandboxRequest } from './create/sandbox-request.js';

/** Shows everything about a container. */
@Injectable()
export class ContainerInspect implements Job<{ id: string; size?: boolean }, ContainerInspectResponse> {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly sandboxes: Sandboxes,
  ) {}

  async run({ id, size }: { id: string; size?: boolean }): Promise<ContainerInspectResponse> {
    const container = this.containers.get(id);
    const { record, state } = container;
    const [path = '', ...args] = argumentsOf(record.config);
    const files = containerFiles(this.config, record.id);
    const [graphDriver, sizeRw] = await Promise.all([this.layers.metadata(record.id), size ? this.layers.usage(record.id) : undefined]);
    return {
      Id: record.id,
      Created: record.created,
      Path: path,
      Args: args,
      State: toContainerState(state),
      Image: record.image,
      ResolvConfPath: files.resolvConf,
      HostnamePath: files.hostname,
      HostsPath: files.hosts,
      LogPath: record.hostConfig.LogConfig?.Type === 'json-file' ? logPath(this.config, record.id) : '',
      Name: `/${record.name}`,
      RestartCount: state.restartCount,
      Driver: record.driver,
      Platform: 'linux',
      MountLabel: '',
      ProcessLabel: '',
      AppArmorProfile:
        apparmorProfile(parseSecurityOptions(record.hostConfig.SecurityOpt).apparmor, record.hostConfig, hasAppArmor()) ?? '',
      ExecIDs: container.execs.size > 0 ? [...container.execs.keys()] : null,
      HostConfig: record.hostConfig,
      GraphDriver: graphDriver,
      ...(sizeRw !== undefined && { SizeRw: sizeRw, SizeRootFs: sizeRw + (this.images.find(record.image)?.size ?? 0) }),
      Mounts: record.mounts.map(toMountPoint),
      Config: record.config,
      NetworkSettings: this.sandboxes.settings(record.id, sandboxRequest(record)),
    };
  }
}
