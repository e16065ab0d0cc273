import { invalidParameter } from '../../base/errors.js';
import { CAPABILITIES } from './host.js';

/** What a container gets unless it says otherwise, in the order of capabilities(7). */
const DEFAULTS = new Set(
  ['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID', 'SETFCAP', 'SETPCAP', 'NET_BIND_SERVICE']
    .concat(['SYS_CHROOT', 'KILL', 'AUDIT_WRITE'])
    .map((name) => `CAP_${name}`),
);

export interface CapabilityRequest {
  readonly add?: readonly string[] | null;
  readonly drop?: readonly string[] | null;
  readonly privileged?: boolean;
}

/**
 * The capabilities of a container's first process, by Docker's rules for CapAdd, CapDrop and Privileged.
 * @param available those the daemon itself has
 * @throws InvalidParameter for a name that no kernel or not this daemon knows
 */
export function resolveCapabilities(request: CapabilityRequest, available: readonly string[]): string[] {
  const add = parseNames('CapAdd', request.add, available);
  const drop = parseNames('CapDrop', request.drop, undefined);
  if (request.privileged) return [...available];
  const base = add.has('ALL') ? available : drop.has('ALL') ? [] : available.filter((name) => DEFAULTS.has(name));
  const kept = new Set(base.filter((name) => !drop.has(name)));
  for (const name of add) if (name !== 'ALL') kept.add(name);
  return CAPABILITIES.filter((name) => kept.has(name));
}

function parseNames(field: string, names: readonly string[] | null | undefined, available: readonly string[] | undefined): Set<string> {
  return new Set(
    (names ?? []).map((given) => {
      const upper = given.toUpperCase();
      if (upper === 'ALL') return upper;
      const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
      if (!CAPABILITIES.includes(name)) throw invalidParameter(`invalid ${field}: unknown capability: "${given}"`);
      if (available && !available.includes(name)) {
        throw invalidParameter(
          `invalid ${field}: capability not supported by your kernel or not available in the current environment: "${name}"`,
        );
      }
      return name;
    }),
  );
}
