import type { DeviceMapping, DeviceRequest, Resources, Ulimit } from '../api/generated/types.gen.js';
import { asList, asTree, compact, isTree, text, texts, type Tree } from './tree.js';
import { boolean, bytes, nanoseconds, number } from './units.js';

/** Limits of a service: its own keys win over those below `deploy`. @throws InvalidParameter */
export function toResources(spec: Tree): Resources {
  const { limits, reservations } = asTree(asTree(spec['deploy'])['resources']);
  const [most, least] = [asTree(limits), asTree(reservations)];
  const pick = <T>(read: (value: unknown, what: string) => T, what: string, ...values: unknown[]): T | undefined => {
    const value = values.find((item) => item !== undefined && item !== null);
    return value === undefined ? undefined : read(value, what);
  };
  const microseconds = (value: unknown, what: string) =>
    /^\d+$/.test(String(value)) ? Number(value) : Math.round(nanoseconds(value, what) / 1000);
  const cpus = pick(number, 'cpus', spec['cpus'], most['cpus']);
  return compact({
    NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
    CpuShares: pick(number, 'cpu_shares', spec['cpu_shares']),
    CpuPeriod: pick(microseconds, 'cpu_period', spec['cpu_period']),
    CpuQuota: pick(microseconds, 'cpu_quota', spec['cpu_quota']),
    CpuRealtimePeriod: pick(microseconds, 'cpu_rt_period', spec['cpu_rt_period']),
    CpuRealtimeRuntime: pick(microseconds, 'cpu_rt_runtime', spec['cpu_rt_runtime']),
    CpusetCpus: text(spec['cpuset']),
    Memory: pick(bytes, 'mem_limit', spec['mem_limit'], most['memory']),
    MemoryReservation: pick(bytes, 'mem_reservation', spec['mem_reservation'], least['memory']),
    MemorySwap: pick(bytes, 'memswap_limit', spec['memswap_limit']),
    MemorySwappiness: pick(number, 'mem_swappiness', spec['mem_swappiness']),
    OomKillDisable: pick(boolean, 'oom_kill_disable', spec['oom_kill_disable']),
    PidsLimit: pick(number, 'pids_limit', spec['pids_limit'], most['pids']),
    CgroupParent: text(spec['cgroup_parent']),
    Devices: spec['devices'] === undefined ? undefined : texts(spec['devices']).map(toDevice),
    DeviceCgroupRules: spec['device_cgroup_rules'] === undefined ? undefined : texts(spec['device_cgroup_rules']),
    DeviceRequests: toDeviceRequests(spec['gpus'], least['devices']),
    Ulimits: spec['ulimits'] === undefined ? undefined : toUlimits(asTree(spec['ulimits'])),
    ...toBlkio(asTree(spec['blkio_config'])),
  });
}

function toDevice(device: string): DeviceMapping {
  const [host = '', container = host, permissions = 'rwm'] = device.split(':');
  return { PathOnHost: host, PathInContainer: container, CgroupPermissions: permissions };
}

function toDeviceRequests(gpus: unknown, devices: unknown): DeviceRequest[] | undefined {
  const wanted = gpus === undefined ? asList(devices) : gpus === 'all' ? [{ count: -1 }] : asList(gpus);
  if (wanted.length === 0) return undefined;
  return wanted.map((item) => {
    const { driver, count, device_ids, capabilities, options } = asTree(item);
    return compact({
      Driver: text(driver),
      Count: count === 'all' ? -1 : count === undefined ? (device_ids === undefined ? -1 : undefined) : number(count, 'count'),
      DeviceIDs: device_ids === undefined ? undefined : texts(device_ids),
      Capabilities: [capabilities === undefined ? ['gpu'] : texts(capabilities)],
      Options: options === undefined ? undefined : (asTree(options) as Record<string, string>),
    });
  });
}

function toUlimits(ulimits: Tree): Ulimit[] {
  return Object.entries(ulimits).map(([name, value]) => {
    const { soft, hard } = isTree(value) ? value : { soft: value, hard: value };
    return { Name: name, Soft: number(soft, `ulimits.${name}.soft`), Hard: number(hard, `ulimits.${name}.hard`) };
  });
}

function toBlkio(config: Tree): Resources {
  const rates = (key: string) =>
    config[key] === undefined
      ? undefined
      : asList(config[key]).map((item) => ({
          Path: String(asTree(item)['path']),
          Rate: bytes(asTree(item)['rate'], `blkio_config.${key}`),
        }));
  return {
    BlkioWeight: config['weight'] === undefined ? undefined : number(config['weight'], 'blkio_config.weight'),
    BlkioWeightDevice:
      config['weight_device'] === undefined
        ? undefined
        : asList(config['weight_device']).map((item) => ({ Path: String(asTree(item)['path']), Weight: Number(asTree(item)['weight']) })),
    BlkioDeviceReadBps: rates('device_read_bps'),
    BlkioDeviceWriteBps: rates('device_write_bps'),
    BlkioDeviceReadIOps: rates('device_read_iops'),
    BlkioDeviceWriteIOps: rates('device_write_iops'),
  };
}
