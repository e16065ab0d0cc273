import type { ContainerCommand, OciSpec } from '../driver.js';
import type { Features } from './features.js';

/** A version that every runtime takes. */
const OLDEST_VERSION = '1.0.2';
/** RLIM_INFINITY, which is over what a JavaScript number can tell. */
const UNLIMITED = JSON.rawJSON('18446744073709551615');

interface Rlimit {
  readonly type: string;
  readonly soft: number;
  readonly hard: number;
}

type Section = Readonly<Record<string, unknown>>;

/** An OCI `process` in the words of the specification alone: our own runtime takes -1 for a limit that is none. */
export function standardProcess(process: Section, tty: boolean, size?: ContainerCommand['consoleSize']): Section {
  const rlimits = ((process['rlimits'] ?? []) as readonly Rlimit[]).map(({ type, soft, hard }) => ({
    type,
    soft: soft < 0 ? UNLIMITED : soft,
    hard: hard < 0 ? UNLIMITED : hard,
  }));
  return { ...process, rlimits, terminal: tty, ...(size && { consoleSize: { height: size.rows, width: size.columns } }) };
}

/** The spec of a container as JSON for a runtime: without what is merely good to have and this runtime does not know. */
export function standardSpec({ spec, tty, consoleSize }: ContainerCommand, features: Features): string {
  const linux = (spec['linux'] ?? {}) as Section;
  const known = new Set(features.linux?.namespaces ?? []);
  const namespaces = ((linux['namespaces'] ?? []) as readonly { readonly type: string }[]).filter(
    ({ type }) => type !== 'time' || known.has('time'),
  );
  const standard: OciSpec = {
    ...spec,
    ociVersion: features.ociVersionMax === undefined ? OLDEST_VERSION : older(spec.ociVersion, features.ociVersionMax),
    process: standardProcess((spec['process'] ?? {}) as Section, tty, consoleSize),
    root: { ...(spec['root'] as Section), path: 'rootfs' },
    linux: { ...linux, namespaces, resources: deniedFirst((linux['resources'] ?? {}) as Section) },
  };
  return JSON.stringify(standard);
}

/** The user of a process of the container as the host sees it. */
export function hostUid(spec: OciSpec, process: Section): number {
  const { uid = 0 } = (process['user'] ?? {}) as { uid?: number };
  const { uidMappings = [] } = (spec['linux'] ?? {}) as { uidMappings?: readonly { containerID: number; hostID: number; size: number }[] };
  const range = uidMappings.find(({ containerID, size }) => uid >= containerID && uid < containerID + size);
  return range === undefined ? uid : range.hostID + uid - range.containerID;
}

/**
 * Device rules with what is denied before what is allowed: runc takes no single device back out of a wildcard such as "mknod
 * of any", and everything is denied that no rule allows in any case.
 */
function deniedFirst(resources: Section): Section {
  const rules = (resources['devices'] ?? []) as readonly { readonly allow: boolean }[];
  return { ...resources, devices: [...rules.filter(({ allow }) => !allow), ...rules.filter(({ allow }) => allow)] };
}

/** The older of two versions of the specification. */
function older(a: string, b: string): string {
  const parts = (version: string) => version.split(/[.+-]/, 3).map(Number);
  const [[majorA = 0, minorA = 0], [majorB = 0, minorB = 0]] = [parts(a), parts(b)];
  return majorA < majorB || (majorA === majorB && minorA <= minorB) ? a : b;
}
