import type { runtime } from '../../libcontainer/index.js';
import type { CgroupStats } from './driver.js';

type NativeStats = Awaited<ReturnType<typeof runtime.stats>>;

const told = (value: number) => (value < 0 ? undefined : value);

/** The addon's flat counters in the driver's shape. */
export function toCgroupStats(stats: NativeStats): CgroupStats {
  return {
    cpu: {
      totalUsage: stats.cpuTotal,
      user: stats.cpuUser,
      system: stats.cpuSystem,
      perCpu: stats.cpuEach,
      periods: stats.periods,
      throttledPeriods: stats.throttledPeriods,
      throttledTime: stats.throttledTime,
    },
    memory: {
      usage: stats.memoryUsage,
      maxUsage: told(stats.memoryPeak),
      limit: Math.max(0, stats.memoryLimit),
      failcnt: told(stats.memoryFailures),
      stats: stats.memory,
    },
    pids: { current: stats.pidsCurrent, limit: stats.pidsLimit },
    blkio: stats.block,
  };
}
