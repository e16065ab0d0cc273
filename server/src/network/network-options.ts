import { isIP } from 'node:net';
import type { Network, NetworkCreateRequest } from '../api/generated/types.gen.js';
import { invalidParameter } from '../base/errors.js';
import type { GatewayMode, NetworkSpec } from '../drivers/networkdriver/driver.js';
import type { NetworkRecord } from './store.js';

const BRIDGE = 'com.docker.network.bridge.';
const MTU_OPTION = 'com.docker.network.driver.mtu';
const SOURCE_OPTION = 'com.docker.network.host_ipv';
export const DEFAULT_MTU = 1500;
/** Linux's limits on the MTU of a link (IPv4 needs 68 bytes). */
const MTU_RANGE = [68, 65535] as const;
const GATEWAY_MODES: readonly string[] = ['nat', 'nat-unprotected', 'routed', 'isolated'];

/** The name of a bridge: the option's, or br- and the start of the network's ID. */
export function linkOf(network: Network): string {
  if (network.Driver !== 'bridge') return '';
  return network.Options?.[`${BRIDGE}name`] || `br-${network.Id.slice(0, 12)}`;
}

const ENABLE = 'com.docker.network.enable_ipv';

/**
 * A request with the daemon's options where it says nothing, and with what options say of the two families.
 * @param options those of its driver
 * @throws InvalidParameter
 */
export function withDefaults(request: NetworkCreateRequest, options: Readonly<Record<string, string>> = {}): NetworkCreateRequest {
  const merged: Record<string, string> = { ...options, ...request.Options };
  const family = (given: boolean | null | undefined, name: string): boolean | undefined => {
    const text = merged[name];
    if (given != null) delete merged[name];
    if (given != null || text === undefined) return given ?? undefined;
    const flag = parseFlag(text);
    if (flag === undefined) throw invalidParameter(`driver-opt "${name}" is not a valid bool`);
    return flag;
  };
  const ipv4 = family(request.EnableIPv4, `${ENABLE}4`);
  const ipv6 = family(request.EnableIPv6, `${ENABLE}6`);
  return { ...request, Options: merged, ...(ipv4 !== undefined && { EnableIPv4: ipv4 }), ...(ipv6 !== undefined && { EnableIPv6: ipv6 }) };
}

/** A network as its driver sees it. */
export function toSpec({ inspect, link }: NetworkRecord): NetworkSpec {
  const options = inspect.Options ?? {};
  const read = (name: string) => options[BRIDGE + name];
  const flag = (name: string, fallback: boolean) => parseFlag(read(name) ?? '') ?? fallback;
  const modes = { ipv4: modeOf(read('gateway_mode_ipv4')), ipv6: modeOf(read('gateway_mode_ipv6')) };
  const isAddressed = (gateway: string) =>
    gateway.includes(':') ? modes.ipv6 !== 'isolated' : modes.ipv4 !== 'isolated' && !flag('inhibit_ipv4', false);
  return {
    id: inspect.Id,
    link,
    subnets: (inspect.IPAM.Config ?? []).map(({ Subnet: subnet = '', Gateway: gateway = '' }) => ({
      subnet,
      gateway: isAddressed(gateway) ? gateway : '',
    })),
    internal: inspect.Internal,
    interContainer: flag('enable_icc', true),
    masquerade: flag('enable_ip_masquerade', true),
    modes,
    source: { ipv4: options[`${SOURCE_OPTION}4`] ?? '', ipv6: options[`${SOURCE_OPTION}6`] ?? '' },
    trusted: (read('trusted_host_interfaces') ?? '').split(':').filter(Boolean),
    mtu: Number(options[MTU_OPTION] || DEFAULT_MTU),
    options,
  };
}

/** The host addresses a port is published on when the binding names none. */
export function defaultHostIps(network: Network): string[] {
  const configured = network.Options?.[`${BRIDGE}host_binding_ipv4`];
  return configured && configured !== '0.0.0.0' ? [configured] : ['0.0.0.0', '::'];
}

/** Checks the options of a network that is to be made. @throws InvalidParameter naming the option */
export function checkOptions(options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    const wrong = (wanted: string) => invalidParameter(`invalid value for option ${name}: '${value}': ${wanted}`);
    const short = name.startsWith(BRIDGE) ? name.slice(BRIDGE.length) : '';
    if (FLAGS.includes(short) && parseFlag(value) === undefined) throw wrong('true or false is expected');
    if (short.startsWith('gateway_mode_') && !GATEWAY_MODES.includes(value)) throw wrong(`one of ${GATEWAY_MODES.join(', ')} is expected`);
    if (short === 'host_binding_ipv4' && isIP(value) === 0) throw wrong('an IP address is expected');
    if (name === `${SOURCE_OPTION}4` && isIP(value) !== 4) throw wrong('an IPv4 address is expected');
    if (name === `${SOURCE_OPTION}6` && isIP(value) !== 6) throw wrong('an IPv6 address is expected');
    if (name === MTU_OPTION && !(/^\d+$/.test(value) && Number(value) >= MTU_RANGE[0] && Number(value) <= MTU_RANGE[1]))
      throw wrong(`a number of ${MTU_RANGE.join(' to ')} is expected`);
  }
}

const FLAGS: readonly string[] = ['enable_icc', 'enable_ip_masquerade', 'inhibit_ipv4', 'default_bridge'];

/** The spellings that Docker's clients use. */
function parseFlag(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

function modeOf(text: string | undefined): GatewayMode {
  return (text || 'nat') as GatewayMode;
}
