import type { DnsEndpoint, DnsView } from '../../drivers/networkdriver/driver.js';
import { type Endpoint, hasNames, type Sandbox } from '../sandbox/sandbox.js';

/** An endpoint as the resolver is told of it. */
export function toDnsEndpoint({ id, networkId, networkName, ipv4, ipv6, dnsNames }: Endpoint): DnsEndpoint {
  return { id, network: networkId, suffix: networkName, ipv4: ipv4?.address, ipv6: ipv6?.address, names: dnsNames };
}

/** What a sandbox may ask: the names of its networks, its own links, and others by `upstream`. */
export function toDnsView({ containerId, endpoints, request }: Sandbox, upstream: readonly string[]): DnsView {
  const own = endpoints.filter(({ networkName }) => hasNames(networkName));
  const links = [...request.links, ...own.flatMap(({ settings }) => settings.Links ?? [])];
  return {
    id: containerId,
    networks: own.map(({ networkId }) => networkId),
    links: links.map((link) => {
      const [name = '', alias = name] = link.replace(/^\//, '').split(':');
      return { alias, name };
    }),
    upstream,
  };
}
