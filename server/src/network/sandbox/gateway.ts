import type { Route } from '../../drivers/networkdriver/driver.js';
import type { Endpoint, Sandbox } from './sandbox.js';

type Family = 'ipv4' | 'ipv6';

/** The endpoint whose network is the way out: the one of highest priority, else the first that was made. */
export function gatewayEndpoint({ endpoints }: Pick<Sandbox, 'endpoints'>, family: Family = 'ipv4'): Endpoint | undefined {
  const priority = ({ settings }: Endpoint) => settings.GwPriority ?? 0;
  const candidates = endpoints.filter((endpoint) => endpoint[family]?.exit);
  return candidates.reduce<Endpoint | undefined>((best, one) => (best && priority(best) >= priority(one) ? best : one), undefined);
}

/** A sandbox's default routes. */
export function routesOf(sandbox: Pick<Sandbox, 'endpoints'>): Route[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family): Route[] => {
    const endpoint = gatewayEndpoint(sandbox, family);
    const address = endpoint?.[family];
    if (!endpoint || !address) return [];
    const via = address.exit === 'gateway' ? (address.gateway ?? '') : '';
    return [{ family: family === 'ipv4' ? 4 : 6, via, link: endpoint.interfaceName }];
  });
}
