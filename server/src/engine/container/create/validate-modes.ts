import type { ContainerConfig, HostConfig } from '../../../api/generated/types.gen.js';
import type { UserMapping } from '../../../base/config.js';
import { invalidParameter } from '../../../base/errors.js';
import { isRemapped } from '../../../container/oci-spec/user-namespace.js';

const isContainer = (mode: string) => /^container:.+$/.test(mode);

/** Checks the namespaces a container is to have, and what cannot be had together with those of others. @throws InvalidParameter */
export function validateModes(config: ContainerConfig, hostConfig: HostConfig, remapped: UserMapping | undefined): void {
  const { IpcMode = '', PidMode = '', UTSMode = '', CgroupnsMode = '', UsernsMode = '' } = hostConfig;
  if (!['', 'none', 'private', 'shareable', 'host'].includes(IpcMode) && !isContainer(IpcMode)) {
    throw invalidParameter(`invalid IPC mode: ${IpcMode}`);
  }
  if (!['', 'host'].includes(PidMode) && !isContainer(PidMode)) throw invalidParameter(`invalid PID mode: ${PidMode}`);
  if (!['', 'host'].includes(UTSMode)) throw invalidParameter(`invalid UTS mode: ${UTSMode}`);
  if (!['', 'host', 'private'].includes(CgroupnsMode)) throw invalidParameter(`invalid cgroup namespace mode: ${CgroupnsMode}`);
  if (!['', 'host'].includes(UsernsMode)) throw invalidParameter(`invalid userns mode: ${UsernsMode}`);
  validateUsers(hostConfig, remapped);
  if (UTSMode === 'host' && config.Hostname) throw invalidParameter('conflicting options: hostname and the UTS mode');
  validateNetworkMode(config, hostConfig);
}

/** What a root of other IDs may not have of the host. */
function validateUsers(hostConfig: HostConfig, remapped: UserMapping | undefined): void {
  if (!isRemapped(hostConfig, remapped)) return;
  if (hostConfig.Privileged) {
    const way = 'You must run the container in the host namespace when running privileged mode';
    throw invalidParameter(`privileged mode is incompatible with user namespaces.  ${way}`);
  }
  if (hostConfig.NetworkMode === 'host')
    throw invalidParameter("cannot share the host's network namespace when user namespaces are enabled");
  if (hostConfig.PidMode === 'host') throw invalidParameter('cannot share the host PID namespace when user namespaces are enabled');
}

/** A network that is another's has been set up already: its names, addresses and ports are not this container's to choose. */
function validateNetworkMode(config: ContainerConfig, hostConfig: HostConfig): void {
  const { NetworkMode = '' } = hostConfig;
  if (NetworkMode.startsWith('container:') && !isContainer(NetworkMode)) {
    throw invalidParameter('Invalid network mode: invalid container format container:<name|id>');
  }
  const links = (hostConfig.Links ?? []).length > 0;
  if (NetworkMode === 'host' && links) {
    throw invalidParameter("conflicting options: host type networking can't be used with links. This would result in undefined behavior");
  }
  if (!isContainer(NetworkMode)) return;
  const conflict = (what: string) => invalidParameter(`conflicting options: ${what}`);
  if (config.Hostname) throw conflict('hostname and the network mode');
  if (links) throw conflict("container type network can't be used with links. This would result in undefined behavior");
  if ((hostConfig.Dns ?? []).length > 0) throw conflict('dns and the network mode');
  if ((hostConfig.ExtraHosts ?? []).length > 0) throw conflict('custom host-to-IP mapping and the network mode');
  if (Object.keys(hostConfig.PortBindings ?? {}).length > 0 || hostConfig.PublishAllPorts) {
    throw conflict('port publishing and the container type network mode');
  }
  if (Object.keys(config.ExposedPorts ?? {}).length > 0) throw conflict('port exposing and the container type network mode');
}
