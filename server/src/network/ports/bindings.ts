import type { PortBinding } from '../../api/generated/types.gen.js';
import { isIP } from 'node:net';
import { invalidParameter } from '../../base/errors.js';
import type { Protocol } from '../../drivers/networkdriver/driver.js';
import type { SandboxRequest } from '../sandbox/sandbox.js';

/** One port that is to be published. */
export interface WantedPort {
  /** As in Docker's port map: 80/tcp. */
  readonly key: string;
  readonly protocol: Protocol;
  readonly containerPort: number;
  /** Address of the host; undefined is the network's default. */
  readonly hostIp: string | undefined;
  /** Ports of the host that will do, first to last; undefined is any free one. */
  readonly hostPorts: readonly [first: number, last: number] | undefined;
}

/** Everything a container wants published. @throws InvalidParameter */
export function wantedPorts(request: Pick<SandboxRequest, 'portBindings' | 'exposedPorts' | 'publishAllPorts'>): WantedPort[] {
  const bound = Object.entries(request.portBindings ?? {}).filter(([, bindings]) => bindings?.length);
  const wanted = bound.flatMap(([key, bindings]) => (bindings ?? []).map((binding) => toWanted(key, binding)));
  if (!request.publishAllPorts) return wanted;
  const named = new Set(bound.map(([key]) => normalizeKey(key)));
  return [...wanted, ...request.exposedPorts.filter((key) => !named.has(normalizeKey(key))).map((key) => toWanted(key, {}))];
}

/** The ports a container says it serves, published or not, each once. */
export function portsOf({ portBindings, exposedPorts }: Pick<SandboxRequest, 'portBindings' | 'exposedPorts'>): WantedPort[] {
  const keys = new Set([...exposedPorts, ...Object.keys(portBindings ?? {})].map(normalizeKey));
  // An image may say anything of its ports; what is none is nobody's way in.
  return [...keys].filter((key) => /^\d+\/(tcp|udp|sctp)$/.test(key)).map((key) => toWanted(key, {}));
}

/** 80 means 80/tcp. */
export function normalizeKey(key: string): string {
  return key.includes('/') ? key : `${key}/tcp`;
}

function toWanted(rawKey: string, binding: PortBinding): WantedPort {
  const key = normalizeKey(rawKey);
  const [port = '', protocol = ''] = key.split('/');
  const containerPort = parsePort(port, key);
  if (!['tcp', 'udp', 'sctp'].includes(protocol))
    throw invalidParameter(`invalid port specification ${key}: the protocol is tcp, udp or sctp`);
  const hostIp = binding.HostIp || undefined;
  if (hostIp && isIP(hostIp) === 0) throw invalidParameter(`invalid IP address ${hostIp} for port ${key}`);
  return { key, protocol: protocol as Protocol, containerPort, hostIp, hostPorts: parseRange(binding.HostPort ?? '', key) };
}

function parseRange(text: string, key: string): readonly [number, number] | undefined {
  if (text === '' || text === '0') return undefined;
  const [first = '', last = first] = text.split('-');
  const range = [parsePort(first, key), parsePort(last, key)] as const;
  if (range[0] > range[1]) throw invalidParameter(`invalid host port range ${text} for port ${key}`);
  return range;
}

function parsePort(text: string, key: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535)
    throw invalidParameter(`invalid port specification: "${text}" for ${key}: a port is 1 to 65535`);
  return port;
}
