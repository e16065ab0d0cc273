import { isIP } from 'node:net';
import type { DaemonConfig } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';

/**
 * Options of new networks: a list of `driver=option=value` as flags, {driver: {option: value}} in the file.
 * @throws InvalidParameter
 */
export function defaultNetworkOptionsOf(setting: unknown): DaemonConfig['defaultNetworkOptions'] {
  const wrong = (given: unknown) => invalidParameter(`--default-network-opt must be driver=option=value, not ${JSON.stringify(given)}`);
  const drivers: Record<string, Record<string, string>> = {};
  const add = (driver: string, option: string, value: string) => void ((drivers[driver] ??= {})[option] = value);
  if (Array.isArray(setting)) {
    for (const word of setting) {
      const [, driver, option, value] = /^([^=]+)=([^=]+)=(.*)$/s.exec(String(word)) ?? [];
      if (driver === undefined || option === undefined || value === undefined) throw wrong(word);
      add(driver, option, value);
    }
    return drivers;
  }
  if (setting !== undefined && (typeof setting !== 'object' || setting === null)) throw wrong(setting);
  for (const [driver, options] of Object.entries((setting ?? {}) as Record<string, unknown>)) {
    if (typeof options !== 'object' || options === null) throw wrong({ [driver]: options });
    for (const [option, value] of Object.entries(options)) {
      if (typeof value !== 'string') throw wrong({ [driver]: { [option]: value } });
      add(driver, option, value);
    }
  }
  return drivers;
}

/** Addresses that `host-gateway` stands for: at most one of each family. @throws InvalidParameter */
export function hostGatewaysOf(addresses: readonly string[]): readonly string[] {
  const strange = addresses.find((address) => isIP(address) === 0);
  if (strange !== undefined) throw invalidParameter(`--host-gateway-ip ${strange} is no IP address`);
  if (new Set(addresses.map((address) => isIP(address))).size < addresses.length)
    throw invalidParameter('--host-gateway-ip: give at most one IPv4 and one IPv6 address');
  return addresses;
}

/** Name servers of containers. @throws InvalidParameter */
export function nameServersOf(addresses: readonly string[]): readonly string[] {
  const strange = addresses.find((address) => isIP(address.replace(/%.*$/, '')) === 0);
  if (strange !== undefined) throw invalidParameter(`--dns ${strange} is no IP address`);
  return addresses;
}
