import type { HostConfig, RestartPolicy } from '../api/generated/types.gen.js';
import { invalidParameter } from '../base/errors.js';
import type { Project, Service } from './project.js';
import type { Surroundings } from './surroundings.js';
import { networksOf } from './to-endpoints.js';
import { toMounts } from './to-mounts.js';
import { toResources } from './to-resources.js';
import { asList, asTree, compact, text, texts, type Tree } from './tree.js';
import { boolean, bytes, number } from './units.js';

/** HostConfig of a service's containers. @throws InvalidParameter */
export function toHostConfig(project: Project, service: Service, around: Surroundings): HostConfig {
  const { spec } = service;
  const given = <T>(key: string, read: (value: unknown, what: string) => T): T | undefined =>
    spec[key] === undefined || spec[key] === null ? undefined : read(spec[key], key);
  const list = (key: string) => given(key, texts);
  const map = (key: string) => given(key, (value) => asTree(value) as Record<string, string>);
  const namespace = (key: string) => given(key, (value) => joined(String(value), around));
  const { Binds, Mounts } = toMounts(project, service, around);
  return compact<HostConfig>({
    ...toResources(spec),
    Binds,
    Mounts,
    NetworkMode: namespace('network_mode') ?? networksOf(project, service)[0]?.name,
    PortBindings: toBindings(spec),
    RestartPolicy: toRestartPolicy(spec),
    VolumesFrom: given('volumes_from', (value) => texts(value).map((item) => mountedFrom(item, around))),
    Annotations: map('annotations'),
    CapAdd: list('cap_add'),
    CapDrop: list('cap_drop'),
    CgroupnsMode: given('cgroup', (value) => String(value) as 'host' | 'private'),
    Dns: list('dns'),
    DnsOptions: list('dns_opt'),
    DnsSearch: list('dns_search'),
    ExtraHosts: list('extra_hosts'),
    GroupAdd: list('group_add'),
    IpcMode: namespace('ipc'),
    PidMode: namespace('pid'),
    UTSMode: given('uts', String),
    UsernsMode: given('userns_mode', String),
    Init: given('init', boolean),
    Privileged: given('privileged', boolean),
    ReadonlyRootfs: given('read_only', boolean),
    OomScoreAdj: given('oom_score_adj', number),
    Runtime: given('runtime', String),
    SecurityOpt: list('security_opt'),
    ShmSize: given('shm_size', bytes),
    StorageOpt: map('storage_opt'),
    Sysctls: map('sysctls'),
    Tmpfs: given('tmpfs', (value) => Object.fromEntries(texts(value).map((item) => [item.split(':')[0] ?? '', item.split(':')[1] ?? '']))),
    LogConfig: given('logging', (value) => ({
      Type: text(asTree(value)['driver']) ?? '',
      Config: Object.fromEntries(Object.entries(asTree(asTree(value)['options'])).map(([name, option]) => [name, String(option)])),
    })),
  });
}

/** `service:NAME` becomes the container of that service. */
function joined(mode: string, around: Surroundings): string {
  const service = /^service:(.+)$/.exec(mode)?.[1];
  return service === undefined ? mode : `container:${around.containerOf(service)}`;
}

function mountedFrom(item: string, around: Surroundings): string {
  const [first = '', ...rest] = item.split(':');
  return first === 'container' ? rest.join(':') : [around.containerOf(first), ...rest].join(':');
}

function toBindings(spec: Tree): Record<string, { HostIp?: string; HostPort?: string }[]> | undefined {
  const ports = asList(spec['ports']);
  if (ports.length === 0) return undefined;
  const bindings: Record<string, { HostIp?: string; HostPort?: string }[]> = {};
  for (const port of ports) {
    const { target, published, host_ip, protocol } = asTree(port);
    const binding = compact({ HostIp: text(host_ip), HostPort: text(published) ?? '' });
    (bindings[`${String(target)}/${String(protocol ?? 'tcp')}`] ??= []).push(binding);
  }
  return bindings;
}

/** `restart` wins; without it the deployment's policy counts. */
function toRestartPolicy(spec: Tree): RestartPolicy | undefined {
  const policy = asTree(asTree(spec['deploy'])['restart_policy']);
  const restart = text(spec['restart']);
  if (restart === undefined) {
    if (Object.keys(policy).length === 0) return undefined;
    const names = { none: 'no', any: 'always', 'on-failure': 'on-failure' } as const;
    const attempts = policy['max_attempts'] === undefined ? 0 : number(policy['max_attempts'], 'max_attempts');
    const name = names[(text(policy['condition']) ?? 'any') as keyof typeof names];
    return { Name: name, MaximumRetryCount: name === 'on-failure' ? attempts : 0 };
  }
  const [, name, count] = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(restart === 'false' ? 'no' : restart) ?? [];
  if (!name) throw invalidParameter(`restart: ${JSON.stringify(restart)} is not known: use no, always, on-failure or unless-stopped`);
  return { Name: name as 'no', MaximumRetryCount: Number(count ?? 0) };
}
