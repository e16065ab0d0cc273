import type { HostConfig } from '../../api/generated/types.gen.js';
import type { HostFacts } from './host.js';

/** Pids of the containers whose namespaces are joined, by `container:` reference. */
export type PidOf = (reference: string) => number;

export interface Namespace {
  readonly type: string;
  readonly path?: string;
}

/** The container reference of a mode such as `container:web`, or undefined. */
export function joinedContainer(mode: string | undefined): string | undefined {
  return mode?.startsWith('container:') ? mode.slice('container:'.length) : undefined;
}

/** The spec's `linux.namespaces`. A namespace that is the host's is left out; one of another container has its path. */
export function namespacesSection(hostConfig: HostConfig, host: HostFacts, pidOf: PidOf): Namespace[] {
  const { NetworkMode, PidMode, IpcMode, UTSMode, CgroupnsMode } = hostConfig;
  const cgroup = CgroupnsMode || (host.cgroupVersion === 2 && !hostConfig.Privileged ? 'private' : 'host');
  return [
    { type: 'mount' },
    ...namespace('network', 'net', NetworkMode, pidOf),
    ...namespace('uts', 'uts', UTSMode, pidOf),
    ...namespace('pid', 'pid', PidMode, pidOf),
    ...namespace('ipc', 'ipc', IpcMode, pidOf),
    ...namespace('cgroup', 'cgroup', cgroup, pidOf),
    ...(host.timeNamespace ? [{ type: 'time' }] : []),
  ];
}

function namespace(type: string, file: string, mode: string | undefined, pidOf: PidOf): Namespace[] {
  if (mode === 'host') return [];
  const joined = joinedContainer(mode);
  return [joined === undefined ? { type } : { type, path: `/proc/${pidOf(joined)}/ns/${file}` }];
}
