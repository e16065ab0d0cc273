import type { HostConfig, Resources } from '../../../api/generated/types.gen.js';
import type { ContainerDefaults, DaemonConfig } from '../../../base/config.js';
import { invalidParameter } from '../../../base/errors.js';
import { resolveRuntime } from '../../../base/runtime-name.js';
import type { HostFacts } from '../../../container/oci-spec/host.js';
import { maskedPaths, readonlyPaths } from '../../../container/oci-spec/security-options.js';
import { validateCpu } from './validate-cpu.js';

const LEAST_MEMORY = 6 * 1024 * 1024;

/** The HostConfig with Docker's defaults filled in, as `docker inspect` shows it. @throws InvalidParameter for an unknown runtime */
export function fillHostConfig(given: HostConfig, config: DaemonConfig, host: HostFacts): HostConfig {
  const runtime = resolveRuntime(given.Runtime ?? '', config);
  if (runtime === undefined) throw invalidParameter(`unknown or invalid runtime name: ${given.Runtime}`);
  const privileged = given.Privileged ?? false;
  const { containers } = config;
  return {
    ...given,
    ...fillMemory(given),
    // As dockerd shows it: what is no limit is none.
    ...((given.PidsLimit ?? 0) <= 0 && { PidsLimit: null }),
    ...((given.MemorySwappiness ?? -1) === -1 && { MemorySwappiness: null }),
    NetworkMode: networkMode(given.NetworkMode),
    IpcMode: given.IpcMode || containers.ipcMode,
    CgroupnsMode: given.CgroupnsMode || (containers.cgroupnsMode ?? (host.cgroupVersion === 2 && !privileged ? 'private' : 'host')),
    ShmSize: given.ShmSize || containers.shmSize,
    ...fillUlimits(given, containers),
    ...fillSecurity(given, containers),
    RestartPolicy: { Name: given.RestartPolicy?.Name || 'no', MaximumRetryCount: given.RestartPolicy?.MaximumRetryCount ?? 0 },
    LogConfig: fillLogConfig(given.LogConfig, config),
    Runtime: runtime,
    MaskedPaths: privileged ? null : maskedPaths(given, host),
    ReadonlyPaths: privileged ? null : readonlyPaths(given),
  };
}

/** Names of the default network become its own. */
export function networkMode(mode: string | undefined): string {
  return mode === undefined || mode === '' || mode === 'default' ? 'bridge' : mode;
}

function fillLogConfig(given: HostConfig['LogConfig'], config: DaemonConfig): NonNullable<HostConfig['LogConfig']> {
  const type = given?.Type || config.logDriver;
  return { Type: type, Config: { ...(type === config.logDriver && config.logOptions), ...given?.Config } };
}

/** The daemon's limits, where the container has none of that name. */
function fillUlimits({ Ulimits }: HostConfig, { ulimits }: ContainerDefaults): HostConfig {
  if (ulimits.length === 0) return {};
  const named = new Set(Ulimits?.map(({ Name }) => Name));
  return { Ulimits: [...(Ulimits ?? []), ...ulimits.filter(({ Name }) => !named.has(Name))] };
}

function fillSecurity({ SecurityOpt }: HostConfig, { noNewPrivileges }: ContainerDefaults): HostConfig {
  if (!noNewPrivileges || SecurityOpt?.some((option) => option.startsWith('no-new-privileges'))) return {};
  return { SecurityOpt: [...(SecurityOpt ?? []), 'no-new-privileges'] };
}

/** A limit of memory limits swap to as much again. */
function fillMemory({ Memory, MemorySwap }: Resources): Resources {
  return Memory && Memory > 0 && !MemorySwap ? { MemorySwap: Memory * 2 } : {};
}

/** Checks limits and takes out what this kernel cannot do. @returns warnings for people @throws InvalidParameter */
export function validateResources(resources: Resources, host: HostFacts): string[] {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, MemorySwappiness } = resources;
  if (Memory !== 0 && Memory < LEAST_MEMORY) throw invalidParameter('Minimum memory limit allowed is 6MB');
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    throw invalidParameter('Minimum memoryswap limit should be larger than memory limit, see usage');
  }
  if (Memory === 0 && MemorySwap > 0)
    throw invalidParameter('You should always set the Memory limit when using Memoryswap limit, see usage');
  if (MemorySwappiness != null && (MemorySwappiness < -1 || MemorySwappiness > 100)) {
    throw invalidParameter(`Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`);
  }
  if (Memory > 0 && MemoryReservation > Memory) {
    throw invalidParameter('Minimum memory limit can not be less than memory reservation limit, see usage');
  }
  validateCpu(resources, host);
  validateBlkio(resources);
  if (!host.cgroups) return discarded(resources);
  const warnings: string[] = [];
  if (Memory > 0 && MemorySwap !== -1 && !host.swapLimit) {
    warnings.push('Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.');
  }
  return warnings;
}

/** Limits that cannot be set at all, in Docker's words. */
function discarded({
  Memory = 0,
  NanoCpus = 0,
  CpuQuota = 0,
  CpuShares = 0,
  CpusetCpus = '',
  PidsLimit,
  BlkioWeight = 0,
}: Resources): string[] {
  const asked: [string, boolean][] = [
    ['memory limit', Memory > 0],
    ['CPU CFS quota', NanoCpus > 0 || CpuQuota > 0],
    ['CPU shares', CpuShares > 0],
    ['cpuset', CpusetCpus !== ''],
    ['PIDs limit', (PidsLimit ?? 0) > 0],
    ['Block I/O weight', BlkioWeight > 0],
  ];
  return asked
    .filter(([, isAsked]) => isAsked)
    .map(([what]) => `Your kernel does not support ${what} capabilities or the cgroup is not mounted. Limitation discarded.`);
}

function validateBlkio({ BlkioWeight = 0, BlkioWeightDevice, PidsLimit }: Resources): void {
  const weights = [BlkioWeight, ...(BlkioWeightDevice ?? []).map(({ Weight = 0 }) => Weight)];
  if (weights.some((weight) => weight !== 0 && (weight < 10 || weight > 1000))) {
    throw invalidParameter('Range of blkio weight is from 10 to 1000');
  }
  if (PidsLimit != null && PidsLimit < -1) throw invalidParameter(`Invalid value: ${PidsLimit}, PIDs limit can not be less than -1`);
}
