import { invalidParameter } from '../../../base/errors.js';

/**
 * Checks where something is to be mounted.
 * @returns the path without `.`, `..` and double slashes
 * @throws InvalidParameter for a path that is relative, the root, or in /proc, where the runtime's own protection is
 */
export function parseDestination(path: string): string {
  if (!path.startsWith('/')) throw invalidParameter(`invalid mount path: '${path}' mount path must be absolute`);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const destination = `/${parts.join('/')}`;
  if (destination === '/') throw invalidParameter(`invalid specification: destination can't be '/'`);
  if (/^\/proc(\/|$)/.test(destination) && !/^\/proc\/(cpuinfo|diskstats|meminfo|stat|swaps|uptime|loadavg|slabinfo)$/.test(destination)) {
    throw invalidParameter(`invalid mount path: '${path}' cannot be mounted because it is inside /proc`);
  }
  return destination;
}
