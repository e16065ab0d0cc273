import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerInspectResponse,
  EndpointSettings,
  HostConfig,
  ImageConfig,
} from '../api/generated/types.gen.js';

const SHM_SIZE = 64 * 1024 * 1024;

/** Where the log goes when nobody says. */
export interface LogDefaults {
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
}

/**
 * What somebody asked for when they made a container: what `docker inspect` shows without what its image and the daemon filled in, so
 * that the same on another image takes that image's defaults.
 */
export function ownRequest(
  container: ContainerInspectResponse,
  image: ImageConfig | undefined,
  defaults: LogDefaults,
): ContainerCreateRequest {
  const { Config, HostConfig: host } = container;
  return withoutEmpty({
    ...ownConfig(Config, image ?? {}, container.Id),
    HostConfig: ownHostConfig(host ?? {}, defaults),
    NetworkingConfig: { EndpointsConfig: ownEndpoints(container) },
  });
}

function ownConfig(config: ContainerConfig, image: ImageConfig, id: string): ContainerConfig {
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const inherited = new Set(image.Env ?? []);
  const without = <T>(own: Record<string, T> | null | undefined, base: Record<string, unknown> | null | undefined) =>
    Object.fromEntries(Object.entries(own ?? {}).filter(([key, value]) => !(base && key in base && same(base[key], value))));
  const entrypointIsOwn = !same(config.Entrypoint, image.Entrypoint);
  return {
    ...config,
    // How the command line that made it was attached says nothing of the container.
    AttachStdin: undefined,
    AttachStdout: undefined,
    AttachStderr: undefined,
    StdinOnce: undefined,
    Hostname: id.startsWith(config.Hostname ?? '-') ? undefined : config.Hostname,
    User: config.User === (image.User ?? '') ? undefined : config.User,
    Env: (config.Env ?? []).filter((line) => !inherited.has(line)),
    Entrypoint: entrypointIsOwn ? config.Entrypoint : undefined,
    Cmd: !entrypointIsOwn && same(config.Cmd, image.Cmd) ? undefined : config.Cmd,
    Labels: without(config.Labels, image.Labels),
    Volumes: without(config.Volumes, image.Volumes) as ContainerConfig['Volumes'],
    ExposedPorts: without(config.ExposedPorts, withProtocol(image.ExposedPorts)) as ContainerConfig['ExposedPorts'],
    WorkingDir: config.WorkingDir === (image.WorkingDir ?? '') ? undefined : config.WorkingDir,
    StopSignal: config.StopSignal === image.StopSignal ? undefined : config.StopSignal,
    Healthcheck: same(config.Healthcheck, image.Healthcheck) ? undefined : config.Healthcheck,
  };
}

function withProtocol(ports: object | null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.keys(ports ?? {}).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]));
}

function ownHostConfig(host: HostConfig, { logDriver, logOptions }: LogDefaults): HostConfig {
  // Which cgroup namespace is the default depends on the host, so that nobody is taken to have asked for it.
  const { MaskedPaths: _, ReadonlyPaths: __, Runtime: ___, ConsoleSize: ____, CgroupnsMode: _____, ...own } = host;
  const log = host.LogConfig;
  const usualLog = log?.Type === logDriver && JSON.stringify(log.Config ?? {}) === JSON.stringify(logOptions);
  return {
    ...own,
    Binds: host.Binds?.filter((bind) => !isAnonymous(bind.split(':')[0])),
    NetworkMode: host.NetworkMode === 'bridge' ? undefined : host.NetworkMode,
    IpcMode: host.IpcMode === 'private' ? undefined : host.IpcMode,
    ShmSize: host.ShmSize === SHM_SIZE ? undefined : host.ShmSize,
    MemorySwap: host.Memory && host.MemorySwap === host.Memory * 2 ? undefined : host.MemorySwap,
    MemorySwappiness: host.MemorySwappiness === -1 ? undefined : (host.MemorySwappiness ?? undefined),
    RestartPolicy: host.RestartPolicy?.Name === 'no' ? undefined : host.RestartPolicy,
    LogConfig: usualLog ? undefined : log,
  };
}

/** Volumes that nobody named: they follow a container to the one that takes its place, but are no part of what was asked for. */
export function isAnonymous(volume: string | undefined): boolean {
  return /^[0-9a-f]{64}$/.test(volume ?? '');
}

/** Addresses that the daemon chose are not somebody's wish; those in IPAMConfig are. */
function ownEndpoints({ Id, Name, NetworkSettings, HostConfig: host }: ContainerInspectResponse): Record<string, EndpointSettings> {
  if (/^(host|none|container:.*)$/.test(host?.NetworkMode ?? '')) return {};
  return Object.fromEntries(
    Object.entries(NetworkSettings.Networks ?? {})
      .filter(
        ([name, endpoint]) =>
          name !== 'bridge' || endpoint.IPAMConfig || (endpoint.Aliases?.length ?? 0) > 0 || host?.NetworkMode !== 'bridge',
      )
      .map(([name, { IPAMConfig, Links, Aliases, DriverOpts, GwPriority }]) => [
        name,
        {
          IPAMConfig,
          Links,
          DriverOpts,
          GwPriority,
          Aliases: (Aliases ?? []).filter((alias) => !Id.startsWith(alias) && `/${alias}` !== Name),
        },
      ]),
  );
}

/** Mappings whose keys say all: their values are empty by nature, or may be. */
const SETS = new Set([
  'ExposedPorts',
  'Volumes',
  'Tmpfs',
  'Labels',
  'PortBindings',
  'EndpointsConfig',
  'Config',
  'Options',
  'DriverOpts',
  'Annotations',
  'Sysctls',
]);

/** Drops what says nothing: null, '', 0, false, empty lists and mappings; what is wholly empty is dropped too. */
export function withoutEmpty<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]: [string, unknown]) => [key, isPlain(item) && !SETS.has(key) ? withoutEmpty(item) : item] as const)
      .filter(([, item]) => !isEmpty(item)),
  ) as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) ? value.length === 0 : isPlain(value) && Object.keys(value).length === 0;
}
