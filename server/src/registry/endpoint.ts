import { BlockList, isIP } from 'node:net';
import { systemError } from '../base/errors.js';

/** One way to reach a registry. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Whether the certificate has to be good. */
  readonly verify: boolean;
  /** The one host that may be dialled for it is on this machine. */
  readonly loopback: boolean;
}

const HUB = 'docker.io';
const HUB_ORIGIN = 'https://registry-1.docker.io';

const loopbacks = new BlockList();
loopbacks.addSubnet('127.0.0.0', 8, 'ipv4');
loopbacks.addAddress('::1', 'ipv6');

/**
 * The ways to try, in order. Plain HTTP and unchecked certificates only for `localhost`, literal loopback addresses and
 * what the daemon's configuration lists as insecure. What a name resolves to never counts: DNS is in other people's hands.
 * @param domain registry host with its port, as image names have it
 * @param insecure hosts (with port), addresses and CIDR ranges
 */
export function endpointsOf(domain: string, insecure: readonly string[]): Endpoint[] {
  if (domain === HUB) return [{ origin: HUB_ORIGIN, verify: true, loopback: false }];
  const loopback = isLoopback(hostOf(domain));
  const secure = !loopback && !isListed(domain, insecure);
  const https: Endpoint = { origin: `https://${domain}`, verify: secure, loopback };
  return secure ? [https] : [https, { origin: `http://${domain}`, verify: false, loopback }];
}

/** Whether `domain` is Docker Hub. */
export function isHub(domain: string): boolean {
  return domain === HUB;
}

/** The ways to a mirror, whose URL the daemon's configuration has: its scheme is the administrator's word. @throws System */
export function mirrorEndpoints(mirror: string, insecure: readonly string[]): Endpoint[] {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw systemError(`invalid mirror ${JSON.stringify(mirror)}: expected http(s)://host[:port]`);
  }
  const loopback = isLoopback(hostOf(url.host));
  return [{ origin: url.origin, verify: url.protocol === 'https:' && !loopback && !isListed(url.host, insecure), loopback }];
}

/** Whether the host is `localhost` or an address of this machine's loopback, written out. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopbacks.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** The host of `host:port`, without the brackets of an IPv6 address. */
export function hostOf(domain: string): string {
  return domain.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isListed(domain: string, insecure: readonly string[]): boolean {
  const host = hostOf(domain);
  return insecure.some((entry) => entry === domain || hostOf(entry) === domain || inRange(host, entry));
}

function inRange(host: string, range: string): boolean {
  const [network = '', prefix] = range.split('/');
  const family = isIP(host);
  if (prefix === undefined || family === 0 || isIP(network) !== family) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
