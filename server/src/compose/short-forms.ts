import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { invalidParameter } from '../base/errors.js';
import { compact, isTree, type Tree } from './tree.js';

/** Path of the host that a file means; relative ones start at `folder`. */
export function hostPath(folder: string, path: string): string {
  return path.startsWith('~') ? resolve(homedir(), `.${path.slice(1)}`) : resolve(folder, path);
}

/**
 * `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, each side perhaps a range.
 * @returns the long form, one for each port of the container
 * @throws InvalidParameter
 */
export function readPort(given: unknown): Tree[] {
  if (isTree(given)) {
    const { target } = given;
    if (target === undefined) throw invalidParameter('a port needs its target');
    return [
      compact({ ...given, target: Number(target), published: published(given['published']), protocol: String(given['protocol'] ?? 'tcp') }),
    ];
  }
  const [, address, host, container = '', protocol = 'tcp'] =
    /^(?:(?:(\[[^\]]+\]|[^:]*):)?([\d-]*):)?(\d+(?:-\d+)?)(?:\/(\w+))?$/.exec(String(given)) ?? [];
  if (!container) throw invalidParameter(`${JSON.stringify(given)} is no port: write CONTAINER, HOST:CONTAINER or ADDRESS:HOST:CONTAINER`);
  const targets = range(container);
  const hosts = host ? range(host) : [];
  if (targets.length > 1 && hosts.length > 0 && hosts.length !== targets.length)
    throw invalidParameter(`${JSON.stringify(given)}: both ranges of ports must have the same length`);
  return targets.map((target, at) =>
    compact({
      target,
      published: host ? (targets.length === 1 ? host : String(hosts[at])) : undefined,
      host_ip: address ? address.replace(/^\[|\]$/g, '') : undefined,
      protocol,
    }),
  );
}

function published(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

/** `8000-8002` as numbers. @throws InvalidParameter */
function range(text: string): number[] {
  const [from = 0, to = from] = text.split('-').map(Number);
  if (from < 1 || to > 65535 || to < from) throw invalidParameter(`${text} is no port or range of ports: they go from 1 to 65535`);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** `[SOURCE:]TARGET[:OPTIONS]`. @returns the long form @throws InvalidParameter */
export function readVolume(given: unknown, folder: string): Tree {
  if (isTree(given)) {
    const { source, target } = given;
    if (typeof target !== 'string') throw invalidParameter('a volume needs its target');
    const type = given['type'] ?? (typeof source === 'string' && isPath(source) ? 'bind' : 'volume');
    return { ...given, type, ...(type === 'bind' && { source: hostPath(folder, String(source ?? '')) }) };
  }
  const parts = String(given).split(':');
  if (parts.length > 3) throw invalidParameter(`${JSON.stringify(given)} is no volume: write SOURCE:TARGET or SOURCE:TARGET:ro`);
  const [first = '', target, options = ''] = parts;
  if (target === undefined) return { type: 'volume', target: first };
  const modes = options.split(',').filter(Boolean);
  const propagation = modes.find((mode) => /^r?(private|shared|slave)$/.test(mode));
  const bind = isPath(first);
  return compact({
    type: bind ? 'bind' : 'volume',
    source: bind ? hostPath(folder, first) : first,
    target,
    read_only: modes.includes('ro') || undefined,
    bind: bind ? compact({ create_host_path: true, propagation }) : undefined,
    volume: !bind && modes.includes('nocopy') ? { nocopy: true } : undefined,
  });
}

/** Names of volumes have no slash. */
function isPath(source: string): boolean {
  return /^[./~]/.test(source);
}

/** A config or secret by its name alone. */
export function readFileUse(given: unknown): Tree {
  return isTree(given) ? given : { source: String(given) };
}

/** `NAME=value` lines or a mapping; a name without a value is null. */
export function readPairs(given: unknown, separator = '='): Record<string, string | null> {
  if (isTree(given)) return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === null ? null : String(value)]));
  if (!Array.isArray(given)) return {};
  return Object.fromEntries(
    given.map((line: unknown): [string, string | null] => {
      const text = String(line);
      const at = text.indexOf(separator);
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** `NAME:ADDRESS` or `NAME=ADDRESS` lines, or a mapping of names to addresses. */
export function readHosts(given: unknown): string[] {
  if (isTree(given))
    return Object.entries(given).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((address) => `${name}:${String(address)}`),
    );
  return Array.isArray(given) ? given.map((line) => String(line).replace(/^([^:=]+)=/, '$1:')) : [];
}
