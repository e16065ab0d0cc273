import { randomBytes } from 'node:crypto';
import type { PoolTemplate } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import { type Family, formatAddress, formatSubnet, overlaps, parseSubnet, type Subnet } from './cidr.js';

/** Docker's default address pools: 172.17 to 172.31 in /16, then 192.168 in /20. */
const DOCKER_POOLS: readonly PoolTemplate[] = [
  ...Array.from({ length: 15 }, (_, i) => ({ base: `172.${17 + i}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/** The first subnet of a pool that none of `used` overlaps. */
function freeIn({ base, size }: PoolTemplate, used: readonly Subnet[]): string | undefined {
  const { family, first, last } = parseSubnet(base);
  const step = 1n << BigInt((family === 4 ? 32 : 128) - size);
  let start = first;
  while (start <= last) {
    const candidate = parseSubnet(`${formatAddress({ family, value: start })}/${size}`);
    const other = used.find((subnet) => overlaps(subnet, candidate));
    if (!other) return formatSubnet(candidate);
    // On behind the other one, which may be far larger.
    start = other.last < candidate.last ? candidate.last + 1n : (other.last / step + 1n) * step;
  }
  return undefined;
}

function pick(family: Family, used: readonly Subnet[], pools: readonly PoolTemplate[]): string | undefined {
  for (const pool of pools.filter(({ base }) => base.includes(':') === (family === 6))) {
    const subnet = freeIn(pool, used);
    if (subnet) return subnet;
  }
  return undefined;
}

/** Picks an IPv4 subnet that none of `used` overlaps. @param pools the daemon's own; Docker's when it has none @throws InvalidParameter when all are */
export function pickIpv4Subnet(used: readonly Subnet[], pools: readonly PoolTemplate[] = []): string {
  const own = pools.filter(({ base }) => !base.includes(':'));
  const subnet = pick(4, used, own.length > 0 ? own : DOCKER_POOLS);
  if (!subnet) throw invalidParameter('all predefined address pools have been fully subnetted: remove a network or give a subnet');
  return subnet;
}

/**
 * Picks an IPv6 subnet of the daemon's pools, or makes up a unique local one (RFC 4193): 40 random bits keep it from meeting another.
 * @throws InvalidParameter when all of the pools are used
 */
export function pickIpv6Subnet(used: readonly Subnet[] = [], pools: readonly PoolTemplate[] = []): string {
  const own = pools.filter(({ base }) => base.includes(':'));
  const subnet = own.length > 0 ? pick(6, used, own) : madeUp();
  if (!subnet) throw invalidParameter('all predefined IPv6 address pools have been fully subnetted: remove a network or give a subnet');
  return subnet;
}

function madeUp(): string {
  const random = BigInt(`0x${randomBytes(5).toString('hex')}`);
  return formatSubnet(parseSubnet(`${formatAddress({ family: 6, value: (0xfdn << 120n) | (random << 80n) })}/64`));
}

/** The first address of a subnet, which is its gateway unless another is given. */
export function firstAddress({ family, first, prefix }: Subnet): string {
  // A subnet of one or two addresses has none that is nobody's (RFC 3021).
  const skipped = prefix >= (family === 4 ? 31 : 127) ? 0n : 1n;
  return formatAddress({ family, value: first + skipped });
}
