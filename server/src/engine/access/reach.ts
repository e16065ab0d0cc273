import type { ContainerCreateRequest, HostConfig, Mount, Resources } from '../../api/generated/types.gen.js';

/** What of a request goes beyond the container: things of the host, each in words, and other objects by name. */
export interface Reach {
  /** Such as `bind /etc, read-only`, `privileged`: whoever may do this owns the host. */
  readonly host: readonly string[];
  /** Containers whose namespaces or volumes are shared, or that are linked to. */
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** Networks that are everybody's. */
const OPEN_NETWORKS: ReadonlySet<string> = new Set(['', 'default', 'bridge', 'none']);
/** Log drivers that write nowhere but below the data root. */
const OWN_LOGS: ReadonlySet<string> = new Set(['', 'json-file', 'local', 'none']);
/** Options that only take something away from a container. */
const STRICTER = /^no-new-privileges\b(?!.*false)/;

/** All that a request for a container reaches for, in whichever of Docker's spellings. */
export function reachOf({
  HostConfig: host = {},
  NetworkingConfig,
}: Pick<ContainerCreateRequest, 'HostConfig' | 'NetworkingConfig'>): Reach {
  const binds = (host.Binds ?? []).map(readBind);
  const mounts = host.Mounts ?? [];
  const modes = [host.NetworkMode, host.PidMode, host.IpcMode].map((mode) => mode ?? '');
  const joined = modes.filter((mode) => mode.startsWith('container:')).map((mode) => mode.slice('container:'.length));
  const mode = host.NetworkMode ?? '';
  const named = [...(mode.startsWith('container:') ? [] : [mode]), ...Object.keys(NetworkingConfig?.EndpointsConfig ?? {})];
  return {
    host: [
      ...binds.flatMap(({ path, readOnly }) => (path === undefined ? [] : [bindWords(path, readOnly)])),
      ...mounts.flatMap(mountReach),
      ...namespaceReach(host),
      ...privilegeReach(host),
      ...resourceReach(host),
      ...(OWN_LOGS.has(host.LogConfig?.Type ?? '')
        ? []
        : [`log driver ${host.LogConfig?.Type} ${JSON.stringify(host.LogConfig?.Config ?? {})}`]),
    ],
    containers: [
      ...joined,
      ...(host.VolumesFrom ?? []).map((from) => from.replace(/:[^:]*$/, '')),
      ...(host.Links ?? []).map((link) => link.split(':')[0] ?? ''),
    ],
    volumes: [
      ...binds.flatMap(({ volume }) => volume ?? []),
      ...mounts.flatMap(({ Type, Source }) => (Type === 'volume' && Source ? [Source] : [])),
    ],
    networks: named.filter((name) => !OPEN_NETWORKS.has(name) && name !== 'host'),
  };
}

/** What limits and devices reach for; they can be given to a container later, too. */
export function resourceReach(resources: Resources): string[] {
  return [
    ...(resources.Devices ?? []).map(({ PathOnHost }) => `device ${PathOnHost}`),
    ...(resources.DeviceCgroupRules ?? []).map((rule) => `device rule ${rule}`),
    ...(resources.DeviceRequests ?? []).map((request) => `device request ${JSON.stringify(request)}`),
    ...(resources.CgroupParent ? [`cgroup parent ${resources.CgroupParent}`] : []),
    ...(resources.CpuRealtimeRuntime ? ['realtime scheduling'] : []),
  ];
}

function namespaceReach(host: HostConfig): string[] {
  const modes = { network: host.NetworkMode, pid: host.PidMode, ipc: host.IpcMode, uts: host.UTSMode, user: host.UsernsMode };
  return [
    ...Object.entries(modes).flatMap(([name, mode]) => (mode === 'host' ? [`${name} namespace of the host`] : [])),
    ...(host.CgroupnsMode === 'host' ? ['cgroup namespace of the host'] : []),
  ];
}

function privilegeReach(host: HostConfig): string[] {
  return [
    ...(host.Privileged ? ['privileged'] : []),
    ...(host.CapAdd ?? []).map((capability) => `capability ${capability.toUpperCase().replace(/^CAP_/, '')}`),
    ...(host.SecurityOpt ?? []).filter((option) => !STRICTER.test(option)).map((option) => `security option ${option}`),
    ...(host.MaskedPaths ? [`masked paths ${JSON.stringify(host.MaskedPaths)}`] : []),
    ...(host.ReadonlyPaths ? [`read-only paths ${JSON.stringify(host.ReadonlyPaths)}`] : []),
    ...((host.OomScoreAdj ?? 0) < 0 ? ['a negative OOM score'] : []),
    ...(host.Runtime ? [`runtime ${host.Runtime}`] : []),
    ...(host.VolumeDriver && host.VolumeDriver !== 'local' ? [`volume driver ${host.VolumeDriver}`] : []),
    ...Object.keys(host.Annotations ?? {}).map((name) => `annotation ${name}`),
  ];
}

function mountReach({ Type, Source, ReadOnly, VolumeOptions }: Mount): string[] {
  if (Type === 'bind') return [bindWords(Source ?? '', ReadOnly ?? false)];
  const { Name = '', Options } = VolumeOptions?.DriverConfig ?? {};
  const driven = (Name !== '' && Name !== 'local') || Object.keys(Options ?? {}).length > 0;
  return driven ? [`volume driver ${Name || 'local'} ${JSON.stringify(Options ?? {})}`] : [];
}

function readBind(bind: string): { path?: string; volume?: string; readOnly: boolean } {
  const [source = '', target, options = ''] = bind.split(':');
  if (target === undefined) return { readOnly: false };
  const readOnly = options.split(',').includes('ro');
  return source.startsWith('/') ? { path: source, readOnly } : { volume: source, readOnly };
}

function bindWords(path: string, readOnly: boolean): string {
  return `bind ${path}${readOnly ? ', read-only' : ''}`;
}
