import { isIP } from 'node:net';
import type { DefaultBridgeConfig } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import type { Settings } from './flags.js';

/** What the flags say about the default bridge besides its name and its own address. @throws InvalidParameter naming the flag */
export function defaultBridgeOf(settings: Settings): DefaultBridgeConfig {
  const { ip = '0.0.0.0', mtu = 1500, ipv6, icc, 'ip-masq': masquerade } = settings;
  const { 'fixed-cidr': fixedCidr, 'fixed-cidr-v6': fixedCidrV6, bip6 } = settings as Record<string, string | undefined>;
  const { 'default-gateway': gateway, 'default-gateway-v6': gatewayV6 } = settings as Record<string, string | undefined>;
  if (isIP(String(ip)) === 0) throw invalidParameter(`--ip ${ip} is no address of a host`);
  if (Number(mtu) < 68 || Number(mtu) > 65_535) throw invalidParameter(`--mtu ${mtu} is not 68 to 65535`);
  checkSubnet('fixed-cidr', fixedCidr, 4);
  checkSubnet('fixed-cidr-v6', fixedCidrV6, 6);
  checkSubnet('bip6', bip6, 6);
  if (fixedCidrV6 && ipv6 !== true) throw invalidParameter('--fixed-cidr-v6 needs --ipv6');
  if (bip6 && ipv6 !== true) throw invalidParameter('--bip6 needs --ipv6');
  if (gateway && !settings.bip && !fixedCidr) throw invalidParameter('--default-gateway needs --bip or --fixed-cidr');
  if (gatewayV6 && !bip6 && !fixedCidrV6) throw invalidParameter('--default-gateway-v6 needs --bip6 or --fixed-cidr-v6');
  checkAddress('default-gateway', gateway, 4);
  checkAddress('default-gateway-v6', gatewayV6, 6);
  return {
    hostIp: String(ip),
    mtu: Number(mtu),
    ipv6: ipv6 === true,
    interContainer: icc !== false,
    masquerade: masquerade !== false,
    fixedCidr,
    fixedCidrV6,
    bip6,
    gateway,
    gatewayV6,
  };
}

function checkSubnet(flag: string, subnet: string | undefined, family: 4 | 6): void {
  if (subnet === undefined) return;
  const [address = '', prefix = ''] = subnet.split('/');
  if (isIP(address) !== family || !/^\d+$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    throw invalidParameter(`--${flag} ${subnet} is no IPv${family} subnet`);
}

function checkAddress(flag: string, address: string | undefined, family: 4 | 6): void {
  if (address !== undefined && isIP(address) !== family) throw invalidParameter(`--${flag} ${address} is no IPv${family} address`);
}
