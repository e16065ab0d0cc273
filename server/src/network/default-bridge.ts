import type { IpamConfig, Network, NetworkCreateRequest } from '../api/generated/types.gen.js';
import type { DaemonConfig } from '../base/config.js';
import { formatSubnet, parseSubnet } from './ipam/cidr.js';

type BridgeConfig = Pick<DaemonConfig, 'bridge' | 'bip' | 'defaultBridge'>;

/** What the network called bridge is made from: the daemon's flags. @throws InvalidParameter for a subnet that is none */
export function defaultBridgeRequest({ bridge, bip, defaultBridge }: BridgeConfig): NetworkCreateRequest {
  const { ipv6, interContainer, masquerade, hostIp, mtu, fixedCidr, fixedCidrV6, bip6, gateway, gatewayV6 } = defaultBridge;
  const pools = [
    ...poolOf(bip, fixedCidr, gateway && { [OTHER_GATEWAYS[4]]: gateway }),
    ...(ipv6 ? poolOf(bip6, fixedCidrV6, gatewayV6 && { [OTHER_GATEWAYS[6]]: gatewayV6 }) : []),
  ];
  return {
    Name: 'bridge',
    Driver: 'bridge',
    EnableIPv6: ipv6,
    Options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': String(interContainer),
      'com.docker.network.bridge.enable_ip_masquerade': String(masquerade),
      'com.docker.network.bridge.host_binding_ipv4': hostIp,
      'com.docker.network.bridge.name': bridge,
      'com.docker.network.driver.mtu': String(mtu),
    },
    IPAM: { Config: pools },
  };
}

/** The names by which Docker keeps the gateways that are not the bridge itself among the auxiliary addresses. */
export const OTHER_GATEWAYS = { 4: 'DefaultGatewayIPv4', 6: 'DefaultGatewayIPv6' } as const;

/** The subnet of the bridge's own address, with the part of it that is handed out; without an address the part is all of it. */
function poolOf(address: string | undefined, range: string | undefined, auxiliary: Record<string, string> | '' | undefined): IpamConfig[] {
  const subnet = address ?? range;
  if (!subnet) return [];
  return [
    {
      Subnet: formatSubnet(parseSubnet(subnet)),
      ...(address && { Gateway: address.split('/')[0] as string }),
      ...(address && range && { IPRange: formatSubnet(parseSubnet(range)) }),
      ...(auxiliary && { AuxiliaryAddresses: auxiliary }),
    },
  ];
}

/** Whether a saved default bridge is another one than the flags ask for now. */
export function differsFromFlags(saved: Network, { Options: options, EnableIPv6: ipv6, IPAM: ipam }: NetworkCreateRequest): boolean {
  const changed = Object.entries(options ?? {}).some(([name, value]) => saved.Options?.[name] !== value);
  if (changed || saved.EnableIPv6 !== ipv6) return true;
  const asked = ipam?.Config ?? [];
  const pools = saved.IPAM.Config ?? [];
  const isThere = (one: IpamConfig) =>
    pools.some((pool) => pool.Subnet === one.Subnet && (one.Gateway === undefined || pool.Gateway === one.Gateway) && isCutLike(pool, one));
  // A range or a gateway that is not asked for any more.
  const isSuperfluous = pools.some((pool) => !isCutLike(pool, {}) && !asked.some((one) => isCutLike(pool, one)));
  return isSuperfluous || !asked.every(isThere);
}

/** Whether the same part of the subnet is handed out. */
function isCutLike(one: IpamConfig, other: IpamConfig): boolean {
  const auxiliary = ({ AuxiliaryAddresses }: IpamConfig) => JSON.stringify(AuxiliaryAddresses ?? {});
  return one.IPRange === other.IPRange && auxiliary(one) === auxiliary(other);
}
