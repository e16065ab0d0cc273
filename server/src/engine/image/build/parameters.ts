import type { HostConfig, ImageBuildData, Ulimit } from '../../../api/generated/types.gen.js';
import type { DaemonConfig } from '../../../base/config.js';
import { invalidParameter } from '../../../base/errors.js';

export type BuildQuery = NonNullable<ImageBuildData['query']>;

/** A parameter that is JSON; `fallback` when it is not given. @throws InvalidParameter for what is no JSON of the same kind */
export function parseJson<T extends object>(name: string, text: string | undefined, fallback: T): T {
  if (!text) return fallback;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidParameter(`invalid parameter ${name}: not JSON`, error);
  }
  if (value === null) return fallback;
  if (typeof value !== 'object' || Array.isArray(value) !== Array.isArray(fallback))
    throw invalidParameter(`invalid parameter ${name}: unexpected kind of JSON`);
  const strings = Array.isArray(fallback) ? [] : Object.values(value);
  if (strings.some((each) => each !== null && typeof each !== 'string'))
    throw invalidParameter(`invalid parameter ${name}: expected strings`);
  return value as T;
}

/** Docker's reading of a boolean: anything but these is true. */
export function truth(text: string | undefined): boolean {
  return !['', '0', 'no', 'false', 'none'].includes((text ?? '').trim().toLowerCase());
}

/** How the containers of a build are to be run. */
export function hostConfigOf(query: BuildQuery, { cgroupParent }: Pick<DaemonConfig, 'cgroupParent'>): HostConfig {
  const extraHosts = query.extrahosts ? parseHosts(query.extrahosts) : [];
  return {
    NetworkMode: query.networkmode || 'default',
    Memory: query.memory ?? 0,
    MemorySwap: query.memswap ?? 0,
    CpuShares: query.cpushares ?? 0,
    CpusetCpus: query.cpusetcpus ?? '',
    CpusetMems: query.cpusetmems ?? '',
    CpuPeriod: query.cpuperiod ?? 0,
    CpuQuota: query.cpuquota ?? 0,
    ExtraHosts: extraHosts,
    Ulimits: parseJson<Ulimit[]>('ulimits', query.ulimits, []),
    CgroupParent: query.cgroupparent || cgroupParent,
    ...(query.shmsize && { ShmSize: query.shmsize }),
    // Nobody reads it again: what a build prints goes to its client.
    LogConfig: { Type: 'none', Config: {} },
  };
}

/** Clients send lines of JSON, or of host:address with commas. */
function parseHosts(text: string): string[] {
  if (text.trimStart().startsWith('[')) return parseJson<string[]>('extrahosts', text, []);
  return text.split(/[\n,]/).filter((line) => line.trim() !== '');
}
