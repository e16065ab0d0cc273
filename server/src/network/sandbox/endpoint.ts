import type { EndpointSettings, IpamConfig } from '../../api/generated/types.gen.js';
import { forbidden, invalidParameter } from '../../base/errors.js';
import { newId, shortId } from '../../base/ids.js';
import type { Undo } from '../../base/undo.js';
import { OTHER_GATEWAYS } from '../default-bridge.js';
import { parseAddress } from '../ipam/cidr.js';
import type { AddressPool } from '../ipam/pool.js';
import { toSpec } from '../network-options.js';
import type { Networks } from '../networks.js';
import type { NetworkRecord } from '../store.js';
import { endpointSysctls } from './interface-options.js';
import { type Endpoint, type EndpointAddress, hasNames, type SandboxRequest } from './sandbox.js';

/** What an endpoint is made from. */
export interface EndpointRequest {
  readonly network: NetworkRecord;
  readonly settings: EndpointSettings;
  readonly interfaceName: string;
  /** For the interface, when its own settings have none. */
  readonly macAddress?: string | undefined;
}

/** Reserves a place in a network: addresses, a MAC address and names. @throws InvalidParameter, Forbidden, System */
export function reserveEndpoint(networks: Networks, request: SandboxRequest, wanted: EndpointRequest, undo: Undo): Endpoint {
  const { network, settings } = wanted;
  const { Id: networkId, Name: networkName, Internal: internal } = network.inspect;
  if (network.inspect.ConfigOnly) throw forbidden(`network ${networkName}: cannot create endpoint on configuration-only network`);
  checkSettings(networkName, settings);
  if (wanted.macAddress) checkMacAddress(wanted.macAddress);
  const exit = networks.driverOf(network).exit(toSpec(network));
  const pools = networks.poolsOf(network);
  const ipv4 = allocate(pools, 4, settings.IPAMConfig?.IPv4Address, undo);
  const ipv6 = allocate(pools, 6, settings.IPAMConfig?.IPv6Address, undo);
  const id = newId();
  const gateways = new Map((network.inspect.IPAM.Config ?? []).map((config) => [config.Subnet, gatewayIn(config)]));
  const toAddress = (given: Allocation | undefined): EndpointAddress | undefined =>
    given && {
      address: given.address,
      prefix: given.pool.subnet.prefix,
      gateway: internal ? undefined : gateways.get(given.pool.config.Subnet) || undefined,
      exit: exit === 'none' || (exit === 'gateway' && !gateways.get(given.pool.config.Subnet)) ? undefined : exit,
    };
  return {
    id,
    networkId,
    networkName,
    settings,
    interfaceName: wanted.interfaceName,
    sysctls: endpointSysctls(settings, wanted.interfaceName),
    hostName: `veth${id.slice(0, 7)}`,
    macAddress: (settings.MacAddress || wanted.macAddress || macFor(ipv4?.address, id)).toLowerCase().replaceAll('-', ':'),
    ipv4: toAddress(ipv4),
    ipv6: toAddress(ipv6),
    dnsNames: hasNames(networkName) ? namesOf(request, settings) : [],
  };
}

/** Gives an endpoint's addresses back; a network that is gone is fine. */
export function releaseEndpoint(networks: Networks, { networkId, ipv4, ipv6 }: Endpoint): void {
  const record = networks.find(networkId);
  for (const one of record ? [ipv4, ipv6] : [])
    for (const pool of networks.poolsOf(record as NetworkRecord)) if (one && pool.holds(one.address)) pool.release(one.address);
}

/** What leads out of a subnet: the bridge, or who was named instead. */
function gatewayIn({ Gateway: gateway, AuxiliaryAddresses: others }: IpamConfig): string | undefined {
  return others?.[OTHER_GATEWAYS[4]] ?? others?.[OTHER_GATEWAYS[6]] ?? gateway;
}

interface Allocation {
  readonly address: string;
  readonly pool: AddressPool;
}

function allocate(pools: readonly AddressPool[], family: 4 | 6, wanted: string | undefined, undo: Undo): Allocation | undefined {
  const ofFamily = pools.filter((pool) => pool.subnet.family === family);
  const pool = wanted ? ofFamily.find((one) => one.holds(wanted)) : ofFamily[0];
  if (!pool && wanted) throw invalidParameter(`invalid endpoint settings: no configured subnet contains IP address ${wanted}`);
  if (!pool) return undefined;
  const address = pool.allocate(wanted);
  undo.add(address, () => pool.release(address));
  return { address, pool };
}

function checkSettings(networkName: string, { IPAMConfig: ipam, Aliases: aliases, MacAddress: mac }: EndpointSettings): void {
  if (!hasNames(networkName) && (ipam?.IPv4Address || ipam?.IPv6Address))
    throw invalidParameter('user specified IP address is supported on user defined networks only');
  if (!hasNames(networkName) && aliases?.length)
    throw invalidParameter('network-scoped alias is supported only for containers in user defined networks');
  for (const address of ipam?.LinkLocalIPs ?? [])
    if (!parseAddress(address)) throw invalidParameter(`invalid link-local IP address: ${address}`);
  if (mac) checkMacAddress(mac);
}

/** The address of one interface: neither that of a group, with the lowest bit of the first byte set, nor zero. */
function checkMacAddress(mac: string): void {
  if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(mac)) throw invalidParameter(`invalid MAC address: ${mac}`);
  const isOfGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  if (isOfGroup || /^[0:-]+$/.test(mac)) throw invalidParameter(`invalid MAC address: ${mac} is not the address of one interface`);
}

function namesOf({ name, containerId, hostname }: SandboxRequest, { Aliases: aliases }: EndpointSettings): string[] {
  return [...new Set([name, ...(aliases ?? []), shortId(containerId), hostname].filter(Boolean))];
}

/** Made of the IPv4 address: whoever gets the address next has the same one, so that no neighbour's table is out of date. */
function macFor(ipv4: string | undefined, id: string): string {
  const value = ipv4 ? (parseAddress(ipv4)?.value ?? 0n) : BigInt(`0x${id.slice(0, 8)}`);
  return `0242${value.toString(16).padStart(8, '0')}`.replace(/..(?=.)/g, '$&:');
}
