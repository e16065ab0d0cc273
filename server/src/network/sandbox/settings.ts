import type { EndpointSettings, NetworkSettings, PortMap } from '../../api/generated/types.gen.js';
import type { Networks } from '../networks.js';
import { normalizeKey } from '../ports/bindings.js';
import { type Endpoint, networkOfMode, type Sandbox, type SandboxRequest, sharedContainer } from './sandbox.js';

/** A running container's settings, as inspect shows them. */
export function runningSettings(sandbox: Sandbox): NetworkSettings {
  const networks = sandbox.endpoints.map((endpoint) => [endpoint.networkName, toSettings(endpoint)] as const);
  return {
    SandboxID: sandbox.id,
    SandboxKey: `/var/run/docker/netns/${sandbox.id.slice(0, 12)}`,
    Ports: portMap(sandbox),
    Networks: Object.fromEntries(networks),
    ...legacySettings(sandbox),
  };
}

/** The settings of a container that does not run: what it is configured to have. */
export function configuredSettings(networks: Networks, request: SandboxRequest | undefined): NetworkSettings {
  const names = request && !sharedContainer(request.networkMode) ? wantedNetworks(networks, request) : [];
  const shown = names.map(({ name, settings }): [string, EndpointSettings] => [name, { ...EMPTY, ...shownRequest(settings) }]);
  return { SandboxID: '', SandboxKey: '', Ports: {}, Networks: Object.fromEntries(shown) };
}

/** The networks a container asks for, the one of its mode first. */
export function wantedNetworks(networks: Networks, request: SandboxRequest): { name: string; settings: EndpointSettings }[] {
  const mode = networkOfMode(request.networkMode);
  const nameOf = (reference: string) => networks.find(reference === 'default' ? 'bridge' : reference)?.inspect.Name ?? reference;
  const settings = new Map(Object.entries(request.endpoints).map(([reference, one]) => [nameOf(reference), one ?? {}]));
  const first = nameOf(mode);
  const others = [...settings.keys()].filter((name) => name !== first).sort();
  const own = request.detached && !settings.has(first) ? [] : [first];
  return [...own, ...others].map((name) => ({ name, settings: settings.get(name) ?? {} }));
}

const EMPTY: EndpointSettings = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  MacAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

function shownRequest({ IPAMConfig, Links, Aliases, DriverOpts, GwPriority, MacAddress }: EndpointSettings): EndpointSettings {
  return {
    IPAMConfig: IPAMConfig ?? null,
    Links: Links ?? null,
    Aliases: Aliases ?? null,
    DriverOpts: DriverOpts ?? null,
    GwPriority: GwPriority ?? 0,
    MacAddress: MacAddress ?? '',
  };
}

function toSettings(endpoint: Endpoint): EndpointSettings {
  const { ipv4, ipv6, settings, networkId, id, macAddress, dnsNames } = endpoint;
  return {
    ...EMPTY,
    ...shownRequest(settings),
    NetworkID: networkId,
    EndpointID: id,
    MacAddress: ipv4 || ipv6 ? macAddress : '',
    Gateway: ipv4?.gateway ?? '',
    IPAddress: ipv4?.address ?? '',
    IPPrefixLen: ipv4?.prefix ?? 0,
    IPv6Gateway: ipv6?.gateway ?? '',
    GlobalIPv6Address: ipv6?.address ?? '',
    GlobalIPv6PrefixLen: ipv6?.prefix ?? 0,
    DNSNames: dnsNames.length > 0 ? [...dnsNames] : null,
  };
}

/** Exposed ports that are not published stand there with null. */
function portMap({ request, ports }: Sandbox): NonNullable<PortMap> {
  const map: NonNullable<PortMap> = {};
  for (const key of request.exposedPorts) map[normalizeKey(key)] = null;
  for (const { key, hostIp, hostPort } of ports)
    (map[key] ??= []).push({ HostIp: hostIp, HostPort: hostPort === 0 ? '' : String(hostPort) });
  return map;
}

/** The default bridge's values beside the map of networks, for clients of API versions that had them there. */
function legacySettings({ endpoints }: Sandbox): Partial<NetworkSettings> {
  const bridge = endpoints.find(({ networkName }) => networkName === 'bridge');
  return {
    Bridge: '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.id ?? '',
    Gateway: bridge?.ipv4?.gateway ?? '',
    IPAddress: bridge?.ipv4?.address ?? '',
    IPPrefixLen: bridge?.ipv4?.prefix ?? 0,
    IPv6Gateway: bridge?.ipv6?.gateway ?? '',
    GlobalIPv6Address: bridge?.ipv6?.address ?? '',
    GlobalIPv6PrefixLen: bridge?.ipv6?.prefix ?? 0,
    MacAddress: bridge?.macAddress ?? '',
  };
}
