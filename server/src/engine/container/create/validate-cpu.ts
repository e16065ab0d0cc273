import type { Resources } from '../../../api/generated/types.gen.js';
import { invalidParameter } from '../../../base/errors.js';
import { numbersOf, type HostFacts } from '../../../container/oci-spec/host.js';

/** Checks the limits of processor time, and that the processors and memory nodes asked for are there. @throws InvalidParameter */
export function validateCpu(resources: Resources, host: HostFacts): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 } = resources;
  if (NanoCpus > 0 && (CpuPeriod > 0 || CpuQuota !== 0)) {
    throw invalidParameter('Conflicting options: Nano CPUs and CPU Period or Quota cannot both be set');
  }
  const cpus = numbersOf(host.onlineCpus).length;
  if (NanoCpus < 0 || NanoCpus > cpus * 1e9) {
    throw invalidParameter(`range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`);
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000)) {
    throw invalidParameter('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  }
  if (CpuQuota > 0 && CpuQuota < 1000) throw invalidParameter('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  validateRealtime(resources);
  validateSet('cpus', resources.CpusetCpus, host.onlineCpus, 'CPUs');
  validateSet('mems', resources.CpusetMems, host.memoryNodes, 'memory nodes');
}

function validateRealtime({ CpuRealtimePeriod = 0, CpuRealtimeRuntime = 0 }: Resources): void {
  if (CpuRealtimePeriod < 0 || CpuRealtimeRuntime < 0) throw invalidParameter('cpu real-time period and runtime cannot be negative');
  if (CpuRealtimePeriod !== 0 && CpuRealtimeRuntime > CpuRealtimePeriod) {
    throw invalidParameter('cpu real-time runtime cannot be higher than cpu real-time period');
  }
}

function validateSet(field: string, wanted: string | undefined, available: string, what: string): void {
  if (!wanted) return;
  if (wanted.length > 4096 || !/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(wanted)) {
    throw invalidParameter(`Invalid value ${wanted} for cpuset ${field}`);
  }
  const there = new Set(numbersOf(available));
  if (!numbersOf(wanted).every((number) => there.has(number))) {
    throw invalidParameter(`Requested ${what} are not available - requested ${wanted}, available: ${available}`);
  }
}
