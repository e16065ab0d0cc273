import type { ContainerRecord } from '../../../container/container.js';
import type { SandboxRequest } from '../../../network/sandboxes.js';

/** What a container asks of the network. */
export function sandboxRequest({ id, name, config, hostConfig, networking, detached }: ContainerRecord): SandboxRequest {
  return {
    containerId: id,
    name,
    hostname: config.Hostname ?? '',
    domainname: config.Domainname ?? '',
    networkMode: config.NetworkDisabled ? 'none' : hostConfig.NetworkMode || 'bridge',
    detached: detached ?? false,
    endpoints: Object.fromEntries(Object.entries(networking.EndpointsConfig ?? {}).map(([network, settings]) => [network, settings ?? {}])),
    portBindings: hostConfig.PortBindings ?? {},
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    publishAllPorts: hostConfig.PublishAllPorts ?? false,
    dns: hostConfig.Dns ?? [],
    dnsSearch: hostConfig.DnsSearch ?? [],
    dnsOptions: hostConfig.DnsOptions ?? [],
    extraHosts: hostConfig.ExtraHosts ?? [],
    links: hostConfig.Links ?? [],
    macAddress: config.MacAddress ?? undefined,
  };
}
