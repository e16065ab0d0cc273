import type { EndpointSettings, PortMap } from '../../api/generated/types.gen.js';
import type { PublishedPort } from '../../drivers/networkdriver/driver.js';

/** What a container wants of the network, in Docker's terms. */
export interface SandboxRequest {
  readonly containerId: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly hostname: string;
  readonly domainname: string;
  /** HostConfig.NetworkMode: default, bridge, host, none, container:ID or a network's name or ID. */
  readonly networkMode: string;
  /** The network of the mode is left out unless it is among the endpoints. */
  readonly detached?: boolean;
  /** By the network's name or ID; the one of the network mode may be missing. */
  readonly endpoints: Readonly<Record<string, EndpointSettings | null>>;
  readonly portBindings: PortMap | undefined;
  /** Such as 80/tcp. */
  readonly exposedPorts: readonly string[];
  readonly publishAllPorts: boolean;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  /** host:address; the address may be host-gateway. */
  readonly extraHosts: readonly string[];
  /** container:alias. */
  readonly links: readonly string[];
  /** For the first interface; made up when missing. */
  readonly macAddress?: string;
}

/** A container's place in one network while it runs. */
export interface Endpoint {
  readonly id: string;
  readonly networkId: string;
  readonly networkName: string;
  /** As it was asked for. */
  readonly settings: EndpointSettings;
  readonly interfaceName: string;
  /** Its own settings, by their name below /proc/sys/net. */
  readonly sysctls?: readonly { readonly name: string; readonly value: string }[];
  readonly hostName: string;
  readonly macAddress: string;
  readonly ipv4: EndpointAddress | undefined;
  readonly ipv6: EndpointAddress | undefined;
  /** Names by which the network's other containers find it. */
  readonly dnsNames: readonly string[];
}

export interface EndpointAddress {
  readonly address: string;
  readonly prefix: number;
  /** The gateway, as it is shown; undefined where there is none. */
  readonly gateway: string | undefined;
  /** What a default route by this network leads to; undefined for internal ones. */
  readonly exit: 'gateway' | 'link' | undefined;
}

/** A port that is published, and the key it was asked for under (80/tcp). */
export interface SandboxPort extends PublishedPort {
  readonly key: string;
}

/** What a running container holds of the network; saved, so that the next daemon takes it over. */
export interface Sandbox {
  readonly id: string;
  readonly containerId: string;
  readonly request: SandboxRequest;
  endpoints: readonly Endpoint[];
  ports: readonly SandboxPort[];
  /** An endpoint that is being plugged in or unplugged: a daemon that finds it so unplugs it. */
  plugging?: Endpoint;
}

/** The container whose network namespace is shared, when the mode is container:ID. */
export function sharedContainer(networkMode: string): string | undefined {
  return networkMode.startsWith('container:') ? networkMode.slice('container:'.length) : undefined;
}

/** The network a mode names: bridge for default, none for none, ... */
export function networkOfMode(networkMode: string): string {
  return networkMode === '' || networkMode === 'default' ? 'bridge' : networkMode;
}

/** Networks that are there from the start and cannot be removed. */
export const PREDEFINED: readonly string[] = ['bridge', 'host', 'none'];

/** Whether containers of a network find each other by name: all but the predefined ones. */
export function hasNames(networkName: string): boolean {
  return !PREDEFINED.includes(networkName);
}
