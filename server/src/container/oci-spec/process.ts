import type { ContainerConfig, HostConfig, Ulimit } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { argumentsOf } from '../container.js';
import { underInit } from './init.js';
import { apparmorProfile } from '../apparmor.js';
import type { SecurityOptions } from './security-options.js';
import type { ResolvedUser } from './user.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The spec's `process.user`. */
export function userSection(user: ResolvedUser, umask?: number | null) {
  return { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids, ...(umask != null && { umask }) };
}

/** The spec's five sets: nothing inheritable or ambient, so that a process of another user loses them at execve. */
export function capabilitySets(capabilities: readonly string[]) {
  return { bounding: capabilities, effective: capabilities, permitted: capabilities };
}

/**
 * The environment of a process: Docker's own variables, then the configured ones, then HOME.
 * A configured name without a value removes the variable.
 */
export function environment(config: ContainerConfig, hostname: string, home: string): string[] {
  const own = [`PATH=${PATH}`, `HOSTNAME=${hostname}`, ...(config.Tty ? ['TERM=xterm'] : [])];
  return withHome(mergeEnvironment(own, config.Env ?? []), home);
}

/** `base` with the variables of `changes` set, or removed where they have no value. */
export function mergeEnvironment(base: readonly string[], changes: readonly string[]): string[] {
  const variables = new Map(base.map((entry) => [nameOf(entry), entry]));
  for (const entry of changes) {
    if (entry.includes('=')) variables.set(nameOf(entry), entry);
    else variables.delete(entry);
  }
  return [...variables.values()];
}

/** HOME is told unless it is set already. */
export function withHome(env: readonly string[], home: string): string[] {
  return env.some((entry) => entry.startsWith('HOME=')) ? [...env] : [...env, `HOME=${home}`];
}

function nameOf(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}

/** What setrlimit(2) knows. */
const RLIMITS = new Set('as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '));

/** The spec's `process.rlimits`. @throws InvalidParameter for a name that is none, or a soft limit above the hard one */
export function rlimitsSection(ulimits: readonly Ulimit[] | null | undefined) {
  return (ulimits ?? []).map(({ Name = '', Soft = 0, Hard = 0 }) => {
    if (!RLIMITS.has(Name.toLowerCase())) throw invalidParameter(`invalid ulimit type: ${Name.slice(0, 300)}`);
    if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
      throw invalidParameter(`ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`);
    }
    return { type: `RLIMIT_${Name.toUpperCase()}`, soft: unlimited(Soft), hard: unlimited(Hard) };
  });
}

/** -1 means none: RLIM_INFINITY, as the spec's uint64 writes it. JSON numbers end at 2^53, so the runtime takes -1. */
function unlimited(value: number): number {
  return value < 0 ? -1 : value;
}

export interface ProcessInput {
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly user: ResolvedUser;
  readonly capabilities: readonly string[];
  readonly security: SecurityOptions;
  readonly hostname: string;
  readonly withInit: boolean;
  /** The host has it. */
  readonly appArmor: boolean;
}

/** The spec's `process` of a container. */
export function processSection({ config, hostConfig, user, capabilities, security, hostname, withInit, appArmor }: ProcessInput) {
  const profile = apparmorProfile(security.apparmor, hostConfig, appArmor);
  return {
    terminal: config.Tty ?? false,
    user: userSection(user, hostConfig.Umask),
    args: withInit ? underInit(argumentsOf(config)) : argumentsOf(config),
    env: environment(config, hostname, user.home),
    cwd: config.WorkingDir || '/',
    capabilities: capabilitySets(capabilities),
    rlimits: rlimitsSection(hostConfig.Ulimits),
    noNewPrivileges: security.noNewPrivileges,
    ...(profile && { apparmorProfile: profile }),
    ...(hostConfig.OomScoreAdj && { oomScoreAdj: hostConfig.OomScoreAdj }),
  };
}
