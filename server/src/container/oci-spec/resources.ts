import type { Resources, ThrottleDevice, WeightDevice } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { stat } from 'node:fs/promises';
import { deviceNumbers } from './device-numbers.js';

const CPU_PERIOD = 100_000;

/** The spec's `linux.resources` without the devices: limits that are not set are left out. */
export async function resourcesSection(resources: Resources): Promise<Record<string, unknown>> {
  return {
    memory: defined({
      limit: positive(resources.Memory),
      reservation: positive(resources.MemoryReservation),
      swap: resources.MemorySwap || undefined,
      swappiness: resources.MemorySwappiness === -1 ? undefined : (resources.MemorySwappiness ?? undefined),
      disableOOMKiller: resources.OomKillDisable || undefined,
    }),
    cpu: cpuSection(resources),
    ...(resources.PidsLimit && { pids: { limit: resources.PidsLimit > 0 ? resources.PidsLimit : -1 } }),
    ...(await blockIoSection(resources)),
  };
}

function cpuSection({
  NanoCpus,
  CpuShares,
  CpuPeriod,
  CpuQuota,
  CpuRealtimePeriod,
  CpuRealtimeRuntime,
  CpusetCpus,
  CpusetMems,
}: Resources) {
  const nano = NanoCpus && NanoCpus > 0;
  return defined({
    shares: positive(CpuShares),
    period: nano ? CPU_PERIOD : positive(CpuPeriod),
    quota: nano ? Math.floor((NanoCpus * CPU_PERIOD) / 1e9) : CpuQuota || undefined,
    realtimePeriod: positive(CpuRealtimePeriod),
    realtimeRuntime: positive(CpuRealtimeRuntime),
    cpus: CpusetCpus || undefined,
    mems: CpusetMems || undefined,
  });
}

async function blockIoSection(resources: Resources): Promise<{ blockIO?: Record<string, unknown> }> {
  const { BlkioWeight, BlkioWeightDevice, BlkioDeviceReadBps, BlkioDeviceWriteBps, BlkioDeviceReadIOps, BlkioDeviceWriteIOps } = resources;
  const blockIO = defined({
    weight: positive(BlkioWeight),
    weightDevice: await devices(BlkioWeightDevice, ({ Weight }: WeightDevice) => ({ weight: Weight })),
    throttleReadBpsDevice: await devices(BlkioDeviceReadBps, rate),
    throttleWriteBpsDevice: await devices(BlkioDeviceWriteBps, rate),
    throttleReadIOPSDevice: await devices(BlkioDeviceReadIOps, rate),
    throttleWriteIOPSDevice: await devices(BlkioDeviceWriteIOps, rate),
  });
  return Object.keys(blockIO).length > 0 ? { blockIO } : {};
}

const rate = ({ Rate }: ThrottleDevice) => ({ rate: Rate });

async function devices<T extends { Path?: string }>(list: readonly T[] | null | undefined, value: (entry: T) => object) {
  if (!list?.length) return undefined;
  return Promise.all(list.map(async (entry) => ({ ...(await numbersOf(entry.Path ?? '')), ...value(entry) })));
}

async function numbersOf(path: string): Promise<{ major: number; minor: number }> {
  const { rdev } = await stat(path).catch((error: unknown) => {
    throw invalidParameter(`cannot limit the device ${path}: it cannot be looked up (${(error as NodeJS.ErrnoException).code})`, error);
  });
  return deviceNumbers(rdev);
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** The object without its undefined entries. */
function defined(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
