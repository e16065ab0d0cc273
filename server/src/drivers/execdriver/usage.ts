import { runtime } from '../../libcontainer/index.js';
import type { ContainerProcess, Usage } from './driver.js';

/** Numbers of each container in the addon's answer. */
const COLUMNS = 8;

/** ExecDriver.usage of whatever keeps its processes in cgroups of their own. */
export async function readUsage(processes: readonly Pick<ContainerProcess, 'cgroup' | 'pid'>[]): Promise<(Usage | undefined)[]> {
  const numbers = await runtime.usage(
    processes.map(({ cgroup }) => cgroup),
    processes.map(({ pid }) => pid),
  );
  return processes.map((_, index) => toUsage(numbers.subarray(index * COLUMNS, (index + 1) * COLUMNS)));
}

function toUsage([
  cpu = NaN,
  memory = 0,
  memoryLimit = 0,
  received = 0,
  sent = 0,
  blockRead = 0,
  blockWritten = 0,
  pids = 0,
]: Float64Array) {
  return Number.isNaN(cpu) ? undefined : { cpu, memory, memoryLimit, received, sent, blockRead, blockWritten, pids };
}
