import type { EndpointResource, NetworkInspect, NetworkStatus } from '../../api/generated/types.gen.js';
import { formatSubnet } from '../../network/ipam/cidr.js';
import type { AddressPool } from '../../network/ipam/pool.js';
import type { Sandboxes } from '../../network/sandboxes.js';
import type { NetworkRecord } from '../../network/store.js';

/** A network with the running containers in it, by ID. */
export function toInspect({ inspect }: NetworkRecord, sandboxes: Sandboxes): NetworkInspect {
  const members = sandboxes.endpointsIn(inspect.Id).map(({ sandbox, endpoint }): [string, EndpointResource] => [
    sandbox.containerId,
    {
      Name: sandbox.request.name,
      EndpointID: endpoint.id,
      MacAddress: endpoint.ipv4 || endpoint.ipv6 ? endpoint.macAddress : '',
      IPv4Address: endpoint.ipv4 ? `${endpoint.ipv4.address}/${endpoint.ipv4.prefix}` : '',
      IPv6Address: endpoint.ipv6 ? `${endpoint.ipv6.address}/${endpoint.ipv6.prefix}` : '',
    },
  ]);
  return { ...inspect, Containers: Object.fromEntries(members) };
}

/** How many addresses of a network are in use, and how many are left. */
export function toStatus(pools: readonly AddressPool[]): NetworkStatus {
  const subnets = pools.map((pool) => {
    const { inUse, available } = pool.usage();
    return [formatSubnet(pool.subnet), { IPsInUse: inUse, DynamicIPsAvailable: available }] as const;
  });
  return { IPAM: { Subnets: Object.fromEntries(subnets) } };
}
