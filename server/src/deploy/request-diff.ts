import type { ContainerCreateRequest } from '../api/generated/types.gen.js';
import { withoutEmpty } from './own-request.js';

/** A field of a container that is to be another. */
export interface Change {
  /** Such as `HostConfig.Memory`, `Env.MODE`, `Labels.x`. */
  readonly field: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** True for what a running container takes at once. */
  readonly live: boolean;
}

/** What ContainerUpdate changes while a container runs. */
const LIMITS = new Set(
  'BlkioWeight CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems Memory MemoryReservation MemorySwap NanoCpus PidsLimit RestartPolicy'
    .split(' ')
    .map((name) => `HostConfig.${name}`),
);

/** What ContainerReconfigure changes while a container runs. */
const isPublishing = (field: string) => field.startsWith('Ports.') || field === 'ExposedPorts' || field === 'HostConfig.PublishAllPorts';

/** Lists whose order says nothing. */
const UNORDERED = new Set([
  'HostConfig.CapAdd',
  'HostConfig.CapDrop',
  'HostConfig.Binds',
  'HostConfig.SecurityOpt',
  'HostConfig.GroupAdd',
  'HostConfig.Ulimits',
]);

/** What makes one request of another, field by field; nothing when they ask for the same. */
export function changesBetween(
  from: ContainerCreateRequest,
  to: ContainerCreateRequest,
  ignored: (field: string) => boolean = () => false,
): Change[] {
  const [before, after] = [flatten(from), flatten(to)];
  const fields = [...new Set([...before.keys(), ...after.keys()])].sort();
  return fields
    .filter((field) => before.get(field) !== after.get(field) && !ignored(field))
    .map((field) => ({
      field,
      from: before.get(field),
      to: after.get(field),
      live: isLive(field, after.has(field)),
    }));
}

/** What of a live change is to be told to which job: labels, published ports, or limits. */
export function liveKind(field: string): 'labels' | 'ports' | 'limits' | undefined {
  if (field.startsWith('Labels.')) return 'labels';
  if (isPublishing(field)) return 'ports';
  return LIMITS.has(field) ? 'limits' : undefined;
}

function isLive(field: string, isGiven: boolean): boolean {
  const kind = liveKind(field);
  // A limit that is taken away has no value to be changed to.
  if (kind === 'limits') return isGiven || field.endsWith('RestartPolicy');
  return kind !== undefined || field.startsWith('NetworkingConfig.EndpointsConfig.');
}

/** Fields and their values as text: variables, labels, ports and networks are fields of their own. */
function flatten(request: ContainerCreateRequest): Map<string, string> {
  const { Env, Labels, HostConfig = {}, NetworkingConfig, ...rest } = withoutEmpty(request);
  const fields = new Map<string, string>();
  const put = (field: string, value: unknown) => void fields.set(field, say(field, value));
  for (const [key, value] of Object.entries(rest)) put(key, value);
  for (const line of Env ?? []) put(`Env.${line.split('=', 1)[0]}`, line.slice(line.indexOf('=') + 1));
  for (const [name, value] of Object.entries(Labels ?? {})) put(`Labels.${name}`, value);
  const { PortBindings, ...host } = HostConfig;
  for (const [key, value] of Object.entries(host)) put(`HostConfig.${key}`, key === 'Binds' ? (value as string[]).map(plainBind) : value);
  for (const [port, bindings] of Object.entries(PortBindings ?? {}))
    put(
      `Ports.${port}`,
      (bindings ?? []).map(({ HostIp = '', HostPort = '' }) => `${HostIp ? `${HostIp}:` : ''}${HostPort}`).join(', ') || 'any',
    );
  for (const [name, endpoint] of Object.entries(NetworkingConfig?.EndpointsConfig ?? {}))
    put(`NetworkingConfig.EndpointsConfig.${name}`, withoutEmpty({ ...endpoint, Aliases: [...(endpoint?.Aliases ?? [])].sort() }));
  return fields;
}

/** `:rw` is what a bind is without a word. */
function plainBind(bind: string): string {
  return bind.replace(/:rw$/, '');
}

function say(field: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(
    UNORDERED.has(field) && Array.isArray(value) ? [...(value as unknown[])].map((item) => JSON.stringify(item)).sort() : value,
  );
}
