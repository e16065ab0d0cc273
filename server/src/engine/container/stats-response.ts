import type {
  ContainerBlkioStatEntry,
  ContainerCpuStats,
  ContainerNetworkStats,
  ContainerStatsResponse,
} from '../../api/generated/types.gen.js';
import { ZERO_TIME } from '../../container/time.js';
import type { CgroupStats } from '../../drivers/execdriver/driver.js';

/** One look at a running container. */
export interface Sample {
  /** RFC 3339. */
  readonly read: string;
  readonly cgroup: CgroupStats;
  readonly networks: Readonly<Record<string, ContainerNetworkStats>> | undefined;
  /** CPU time of the whole host in nanoseconds. */
  readonly systemUsage: number;
  readonly onlineCpus: number;
}

const NO_CPU: ContainerCpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** Docker's object of a sample; without one for a container that does not run. @param hostMemory bytes, shown as the limit where there is none */
export function statsResponse(
  container: { readonly id: string; readonly name: string },
  sample: Sample | undefined,
  before: Sample | undefined,
  cgroupVersion: 1 | 2,
  hostMemory: number,
): ContainerStatsResponse {
  const names = { name: `/${container.name}`, id: container.id };
  const base = { ...names, os_type: 'linux', read: sample?.read ?? ZERO_TIME, preread: before?.read ?? ZERO_TIME };
  if (!sample)
    return {
      ...base,
      num_procs: 0,
      pids_stats: {},
      cpu_stats: NO_CPU,
      precpu_stats: NO_CPU,
      memory_stats: {},
      storage_stats: {},
      blkio_stats: noBlkio(),
    };
  const { cgroup } = sample;
  return {
    ...base,
    num_procs: 0,
    pids_stats: { current: cgroup.pids.current, ...(cgroup.pids.limit > 0 && { limit: cgroup.pids.limit }) },
    cpu_stats: cpuStats(sample, cgroupVersion),
    precpu_stats: before ? cpuStats(before, cgroupVersion) : NO_CPU,
    memory_stats: memoryStats(cgroup, hostMemory),
    storage_stats: {},
    blkio_stats: { ...noBlkio(), io_service_bytes_recursive: cgroup.blkio.map(toEntry) },
    ...(sample.networks && { networks: { ...sample.networks } }),
  };
}

function cpuStats({ cgroup: { cpu }, systemUsage, onlineCpus }: Sample, cgroupVersion: 1 | 2): ContainerCpuStats {
  return {
    cpu_usage: {
      total_usage: cpu.totalUsage,
      ...(cgroupVersion === 1 && { percpu_usage: [...cpu.perCpu] }),
      usage_in_kernelmode: cpu.system,
      usage_in_usermode: cpu.user,
    },
    system_cpu_usage: systemUsage,
    online_cpus: onlineCpus,
    throttling_data: { periods: cpu.periods, throttled_periods: cpu.throttledPeriods, throttled_time: cpu.throttledTime },
  };
}

function memoryStats({ memory }: CgroupStats, hostMemory: number) {
  return {
    usage: memory.usage,
    ...(memory.maxUsage !== undefined && { max_usage: memory.maxUsage }),
    stats: { ...memory.stats },
    ...(memory.failcnt !== undefined && { failcnt: memory.failcnt }),
    limit: memory.limit > 0 && memory.limit < hostMemory ? memory.limit : hostMemory,
  };
}

function noBlkio() {
  return {
    io_service_bytes_recursive: null,
    io_serviced_recursive: null,
    io_queue_recursive: null,
    io_service_time_recursive: null,
    io_wait_time_recursive: null,
    io_merged_recursive: null,
    io_time_recursive: null,
    sectors_recursive: null,
  };
}

function toEntry({ major, minor, op, value }: CgroupStats['blkio'][number]): ContainerBlkioStatEntry {
  return { major, minor, op, value };
}
