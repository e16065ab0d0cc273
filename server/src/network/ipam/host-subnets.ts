import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { parseSubnet, type Subnet } from './cidr.js';

/** The subnets this host has a link or a route for; the default routes are not among them. */
export async function hostSubnets(): Promise<Subnet[]> {
  const links = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const ofLinks = links.flatMap(({ cidr }) => (cidr ? [parseSubnet(cidr)] : []));
  return [...ofLinks, ...parseRoutes(await readFile('/proc/net/route', 'latin1'))];
}

/** Reads proc_net_route(5): destination and mask are hexadecimal, in the byte order of the machine. */
export function parseRoutes(table: string): Subnet[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7 && fields[7] !== '00000000')
    .map((fields) => parseSubnet(`${toDotted(fields[1] as string)}/${toPrefix(fields[7] as string)}`));
}

function toDotted(hex: string): string {
  return [...Buffer.from(hex, 'hex')].toReversed().join('.');
}

function toPrefix(hex: string): number {
  return Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length;
}
