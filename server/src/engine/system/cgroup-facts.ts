import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { MAY_MAKE_CGROUPS } from '../../base/user-namespace.js';
import type { SystemInfo } from '../../api/generated/types.gen.js';

type Facts = Pick<
  SystemInfo,
  | 'CgroupDriver'
  | 'CgroupVersion'
  | 'MemoryLimit'
  | 'SwapLimit'
  | 'CpuCfsPeriod'
  | 'CpuCfsQuota'
  | 'CPUShares'
  | 'CPUSet'
  | 'PidsLimit'
  | 'OomKillDisable'
>;

/** Which limits the kernel's cgroups can set here. */
export async function cgroupFacts(): Promise<Facts> {
  if (!MAY_MAKE_CGROUPS) return NONE;
  return (await exists('/sys/fs/cgroup/cgroup.controllers')) ? unified() : legacy();
}

const NONE: Facts = {
  CgroupDriver: 'none',
  CgroupVersion: '1',
  MemoryLimit: false,
  SwapLimit: false,
  CpuCfsPeriod: false,
  CpuCfsQuota: false,
  CPUShares: false,
  CPUSet: false,
  PidsLimit: false,
  OomKillDisable: false,
};

async function unified(): Promise<Facts> {
  const controllers = new Set((await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8')).trim().split(' '));
  return {
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    MemoryLimit: controllers.has('memory'),
    SwapLimit: controllers.has('memory') && (await exists('/proc/swaps')),
    CpuCfsPeriod: controllers.has('cpu'),
    CpuCfsQuota: controllers.has('cpu'),
    CPUShares: controllers.has('cpu'),
    CPUSet: controllers.has('cpuset'),
    PidsLimit: controllers.has('pids'),
    OomKillDisable: false,
  };
}

async function legacy(): Promise<Facts> {
  const file = (path: string) => exists(`/sys/fs/cgroup/${path}`);
  return {
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '1',
    MemoryLimit: await file('memory/memory.limit_in_bytes'),
    SwapLimit: await file('memory/memory.memsw.limit_in_bytes'),
    CpuCfsPeriod: await file('cpu/cpu.cfs_period_us'),
    CpuCfsQuota: await file('cpu/cpu.cfs_quota_us'),
    CPUShares: await file('cpu/cpu.shares'),
    CPUSet: await file('cpuset/cpuset.cpus'),
    PidsLimit: await file('pids/cgroup.procs'),
    OomKillDisable: await file('memory/memory.oom_control'),
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
