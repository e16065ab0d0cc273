import { isIP } from 'node:net';
import { invalidParameter } from '../../base/errors.js';

export type Family = 4 | 6;

/** An address as a number, so that it can be counted on from. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A range of addresses: those whose first `prefix` bits are those of `first`. */
export interface Subnet {
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads an IPv4 or IPv6 address; undefined when it is neither. */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) return { family, value: text.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n) };
  if (family === 6 && !text.includes('%')) return { family, value: parseIpv6(text) };
  return undefined;
}

/** The address in its usual spelling (RFC 5952 for IPv6). */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/**
 * Reads "172.17.0.0/16" or, as --bip is given, "172.17.0.1/16".
 * @throws InvalidParameter
 */
export function parseSubnet(text: string): Subnet & { readonly address: Address } {
  const [host = '', length = ''] = text.split('/');
  const address = parseAddress(host);
  const bits = address?.family === 4 ? 32 : 128;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
  if (!address || prefix > bits)
    throw invalidParameter(`invalid subnet ${text}: give an address and a prefix length, such as 172.20.0.0/16`);
  const size = 1n << BigInt(bits - prefix);
  const first = address.value - (address.value % size);
  return { family: address.family, prefix, first, last: first + size - 1n, address };
}

export function formatSubnet({ family, first, prefix }: Subnet): string {
  return `${formatAddress({ family, value: first })}/${prefix}`;
}

export function contains(subnet: Subnet, { family, value }: Address): boolean {
  return subnet.family === family && value >= subnet.first && value <= subnet.last;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

function parseIpv6(text: string): bigint {
  // An IPv4 tail (::ffff:1.2.3.4) stands for the last two groups.
  const plain = text.replace(/[^:]*\.[^:]*$/, (ipv4) => {
    const { value } = parseAddress(ipv4) as Address;
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
