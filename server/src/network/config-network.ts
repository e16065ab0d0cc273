import type { Ipam, Network, NetworkCreateRequest } from '../api/generated/types.gen.js';
import { forbidden } from '../base/errors.js';
import { newId } from '../base/ids.js';

/** Checks that a network either has settings of its own or takes all of them from another one. @throws Forbidden in Docker's words */
export function checkSources(request: NetworkCreateRequest): void {
  if (request.ConfigOnly && (request.Ingress || request.Internal || request.Attachable || request.Scope))
    throw forbidden(
      'configuration network can only contain network specific fields. Network operator fields like ' +
        '[ ingress | internal | attachable | scope ] are not supported.',
    );
  if (!request.ConfigFrom?.Network) return;
  if (request.ConfigOnly) throw forbidden('a configuration network cannot depend on another configuration network');
  const { EnableIPv4, EnableIPv6, Labels, IPAM, Options } = request;
  const has = (object: object | null | undefined) => Object.keys(object ?? {}).length > 0;
  const ownIpam = (IPAM?.Driver && IPAM.Driver !== 'default') || has(IPAM?.Options) || (IPAM?.Config ?? []).some(has);
  if (EnableIPv4 === false || EnableIPv6 || has(Labels) || ownIpam)
    throw forbidden('user specified configurations are not supported if the network depends on a configuration network');
  if (has(Options)) throw forbidden('network driver options are not supported if the network depends on a configuration network');
}

/** A network that only holds settings for others, as they were given: nothing of it is on the host. */
export function toConfigNetwork(request: NetworkCreateRequest): Network {
  return {
    Name: request.Name,
    Id: newId(),
    Created: new Date().toISOString(),
    Scope: 'local',
    Driver: 'null',
    EnableIPv4: request.EnableIPv4 ?? true,
    EnableIPv6: request.EnableIPv6 ?? false,
    IPAM: toIpam(request),
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: true,
    Options: request.Options ?? {},
    Labels: request.Labels ?? {},
  };
}

function toIpam({ IPAM }: NetworkCreateRequest): Ipam {
  const given = (IPAM?.Config ?? []).filter((config) => Object.values(config).some(Boolean));
  return { Driver: IPAM?.Driver || 'default', Options: IPAM?.Options ?? {}, Config: given };
}

/** A request with the settings of the configuration network that it names. */
export function withSettingsOf(
  { EnableIPv4, EnableIPv6, IPAM, Options, Labels }: Network,
  request: NetworkCreateRequest,
): NetworkCreateRequest {
  return { ...request, EnableIPv4, EnableIPv6, IPAM, Options, Labels };
}
