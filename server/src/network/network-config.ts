import type { Ipam, IpamConfig, Network, NetworkCreateRequest } from '../api/generated/types.gen.js';
import { forbidden, invalidParameter } from '../base/errors.js';
import { newId } from '../base/ids.js';
import type { NetworkDriver } from '../drivers/networkdriver/driver.js';
import type { PoolTemplate } from '../base/config.js';
import { contains, formatSubnet, overlaps, parseAddress, parseSubnet, type Subnet } from './ipam/cidr.js';
import { firstAddress, pickIpv4Subnet, pickIpv6Subnet } from './ipam/default-pools.js';

/** What decides about a new network's subnets besides the request. */
export interface Ground {
  /** Subnets of other networks, which a request must not overlap. */
  readonly networks: readonly Subnet[];
  /** Subnets of the host's own links and routes, which are not picked. */
  readonly host: readonly Subnet[];
  /** Where subnets are picked from; Docker's own when empty. */
  readonly pools: readonly PoolTemplate[];
}

/** Docker's object for a network that is to be made, with its address pools filled in. @throws InvalidParameter, Forbidden */
export function toNetwork(request: NetworkCreateRequest, driver: NetworkDriver, ground: Ground): Network {
  const [ipv4, ipv6] = [request.EnableIPv4 ?? true, request.EnableIPv6 ?? false];
  if (driver.isMultiple && !ipv4 && !ipv6) throw invalidParameter('IPv4 or IPv6 must be enabled');
  return {
    Name: request.Name,
    Id: newId(),
    Created: new Date().toISOString(),
    Scope: 'local',
    Driver: driver.name,
    EnableIPv4: ipv4,
    EnableIPv6: ipv6,
    IPAM: driver.isMultiple ? completeIpam(request, ground) : { Driver: 'default', Options: null, Config: [] },
    Internal: request.Internal ?? false,
    Attachable: request.Attachable ?? false,
    Ingress: false,
    ConfigFrom: { Network: request.ConfigFrom?.Network ?? '' },
    ConfigOnly: false,
    Options: request.Options ?? {},
    Labels: request.Labels ?? {},
  };
}

/** Fills in subnets and gateways that were not given. */
function completeIpam(request: NetworkCreateRequest, ground: Ground): Ipam {
  const driver = request.IPAM?.Driver || 'default';
  if (driver === 'null') return { Driver: 'null', Options: request.IPAM?.Options ?? {}, Config: [] };
  if (driver !== 'default')
    throw invalidParameter(`invalid ipam driver: could not find plugin "${driver}" in v1 plugin registry: plugin not found`);
  const enabled = { 4: request.EnableIPv4 ?? true, 6: request.EnableIPv6 ?? false };
  const given = (request.IPAM?.Config ?? []).filter((config) => Object.values(config).some(Boolean));
  const pools: IpamConfig[] = [];
  // Each pool is taken when the next one is checked.
  const taken = () => [...ground.networks, ...pools.map(({ Subnet: subnet = '' }) => parseSubnet(subnet))];
  for (const config of given) {
    const pool = completePool(config, taken());
    const { family } = parseSubnet(pool.Subnet as string);
    if (!enabled[family]) throw invalidParameter(`invalid network config: IPv${family} is disabled, but subnet ${pool.Subnet} is of it`);
    pools.push(pool);
  }
  const has = (family: number) => pools.some(({ Subnet: subnet }) => parseSubnet(subnet as string).family === family);
  const pick = (subnet: string) => completePool({ Subnet: subnet }, taken());
  if (enabled[4] && !has(4)) pools.unshift(pick(pickIpv4Subnet([...taken(), ...ground.host], ground.pools)));
  if (enabled[6] && !has(6)) pools.push(pick(pickIpv6Subnet([...taken(), ...ground.host], ground.pools)));
  return { Driver: 'default', Options: request.IPAM?.Options ?? {}, Config: pools };
}

function completePool(config: IpamConfig, taken: readonly Subnet[]): IpamConfig {
  if (!config.Subnet) throw invalidParameter('invalid network config: a gateway, an ip-range or an auxiliary address needs a subnet');
  const subnet = parseSubnet(config.Subnet);
  if (subnet.address.value !== subnet.first)
    throw invalidParameter(`invalid network config: invalid subnet ${config.Subnet}: it should be ${formatSubnet(subnet)}`);
  if (taken.some((other) => overlaps(other, subnet)))
    throw forbidden(`invalid pool request: Pool overlaps with other one on this address space: ${config.Subnet}`);
  for (const [name, address] of Object.entries(config.AuxiliaryAddresses ?? {})) checkInside(`auxiliary address ${name}`, address, subnet);
  const { Gateway: gateway, ...rest } = config;
  const start = config.IPRange ? parseSubnet(config.IPRange) : subnet;
  return { ...rest, Gateway: gateway ? checkInside('gateway', gateway.split('/')[0] as string, subnet) : firstAddress(start) };
}

function checkInside(what: string, text: string, subnet: Subnet): string {
  const address = parseAddress(text);
  if (!address || !contains(subnet, address))
    throw invalidParameter(`invalid network config: ${what} ${text} is not in ${formatSubnet(subnet)}`);
  return text;
}
