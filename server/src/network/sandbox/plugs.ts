import { Injectable } from '@nestjs/common';
import type { Cable } from '../../drivers/networkdriver/driver.js';
import { Events } from '../../events/events.js';
import { toSpec } from '../network-options.js';
import { Networks } from '../networks.js';
import type { Endpoint, Sandbox } from './sandbox.js';

/** What sandboxes plug into networks. */
@Injectable()
export class Plugs {
  constructor(
    private readonly networks: Networks,
    private readonly events: Events,
  ) {}

  /** How endpoints are plugged in, as the drivers of their networks describe it. */
  cables(endpoints: readonly Endpoint[]): Cable[] {
    return endpoints.flatMap((endpoint) => {
      const record = this.networks.get(endpoint.networkId);
      const spec = { ...endpoint, addresses: addressesOf(endpoint), sysctls: endpoint.sysctls ?? [] };
      return this.networks.driverOf(record).cable(toSpec(record), spec) ?? [];
    });
  }

  /** Tells who has come and gone. */
  tell(action: 'connect' | 'disconnect', { containerId }: Sandbox, { networkId, networkName }: Endpoint): void {
    const driver = this.networks.find(networkId)?.inspect.Driver ?? '';
    this.events.publish('network', action, networkId, { container: containerId, name: networkName, type: driver });
  }
}

/** address/prefix of all addresses an interface has. */
function addressesOf({ ipv4, ipv6, settings }: Endpoint): string[] {
  const own = [ipv4, ipv6].flatMap((one) => (one ? [`${one.address}/${one.prefix}`] : []));
  const linkLocal = (settings.IPAMConfig?.LinkLocalIPs ?? []).map((address) => `${address}/${address.includes(':') ? 64 : 16}`);
  return [...own, ...linkLocal];
}
