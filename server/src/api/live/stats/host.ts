import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { StatsSample } from '../protocol.js';

/** What the host is called among the containers; no container can have this name. */
export const HOST = '@host';
const SECTOR = 512;
/** Whole disks; their partitions, and what is only a view of others, would count twice. */
const DISK = /^(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
/** Links whose bytes went over another one as well. */
const INNER_LINK = /^(?:lo|veth|br-|docker|virbr|tap|tun|sw)/;

/** One look at the host. Times in USER_HZ, sizes in bytes. */
export interface HostLook {
  readonly time: number;
  readonly busy: number;
  readonly total: number;
  readonly memory: number;
  readonly memoryTotal: number;
  readonly receive: number;
  readonly transmit: number;
  readonly read: number;
  readonly write: number;
  readonly processes: number;
}

/** Looks at the host (proc(5)). */
export async function lookAtHost(): Promise<HostLook> {
  const [stat, meminfo, net, disks, load] = await Promise.all(
    ['stat', 'meminfo', 'net/dev', 'diskstats', 'loadavg'].map((name) => readFile(`/proc/${name}`, 'utf8')),
  );
  const ticks = rows(stat)[0]?.slice(1, 8).map(Number) ?? [];
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const kilobytes = new Map(rows(meminfo).map(([name = '', value]) => [name.slice(0, -1), Number(value) * 1024]));
  const memoryTotal = kilobytes.get('MemTotal') ?? 0;
  const links = rows((net ?? '').replaceAll(':', ' '))
    .slice(2)
    .filter(([name = '']) => !INNER_LINK.test(name));
  const blocks = rows(disks).filter(([, , name = '']) => DISK.test(name));
  return {
    time: Date.now(),
    busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0),
    total,
    memory: memoryTotal - (kilobytes.get('MemAvailable') ?? 0),
    memoryTotal,
    receive: sum(links, 1),
    transmit: sum(links, 9),
    read: sum(blocks, 5) * SECTOR,
    write: sum(blocks, 9) * SECTOR,
    processes: Number(rows(load)[0]?.[3]?.split('/')[1]),
  };
}

/** What the page shows of the host between two looks at it. */
export function hostBetween(before: HostLook, now: HostLook): StatsSample {
  const seconds = (now.time - before.time) / 1000;
  const rate = (counter: 'receive' | 'transmit' | 'read' | 'write') => Math.max(0, (now[counter] - before[counter]) / seconds);
  const ticks = now.total - before.total;
  return {
    id: HOST,
    time: now.time,
    cpu: ticks > 0 ? ((now.busy - before.busy) / ticks) * availableParallelism() * 100 : 0,
    memory: now.memory,
    memoryLimit: now.memoryTotal,
    networkReceive: rate('receive'),
    networkTransmit: rate('transmit'),
    blockRead: rate('read'),
    blockWrite: rate('write'),
    pids: now.processes,
  };
}

function rows(text = ''): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
}

function sum(table: readonly string[][], column: number): number {
  return table.reduce((total, row) => total + Number(row[column] ?? 0), 0);
}
