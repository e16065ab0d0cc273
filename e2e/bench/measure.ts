import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Contender } from './contender.ts';

/** Figures of each side. */
export type Samples = Map<Contender, number[]>;

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Calls `sample` for one side after the other, `count` times each, swapping who goes first every time. */
export async function alternate<Side>(
  sides: readonly Side[],
  count: number,
  sample: (side: Side) => Promise<number>,
): Promise<Map<Side, number[]>> {
  const samples = new Map(sides.map((side) => [side, [] as number[]]));
  for (let round = 0; round < count; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) samples.get(side)!.push(await sample(side));
  }
  return samples;
}

/** Resident memory of a process in MB (10^6 bytes), VmRSS of proc(5). */
export function residentMegabytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** The parent of a process, from proc(5). */
export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/**
 * As `alternate`, but every sample has a daemon of its own on a root of its own, and nothing is deleted before the last: ext4 passes over
 * a freed inode for one to six minutes (recently_deleted in fs/ext4/ialloc.c), so a sample would pay for the removal of the one before.
 */
export async function alternateFresh(
  sides: readonly Contender[],
  count: number,
  sample: (side: Contender) => Promise<number>,
): Promise<Samples> {
  const used: Contender[] = [];
  try {
    return await alternate(sides, count, async (side) => {
      const fresh = await side.another();
      used.push(fresh);
      try {
        return await sample(fresh);
      } finally {
        await fresh.end();
        // What one side leaves to be written is not written during the other's turn.
        await promisify(execFile)('sync');
      }
    });
  } finally {
    for (const fresh of used) await fresh.stop();
  }
}

/** The most resident memory in MB that a process had since `forgetPeak`, VmHWM of proc(5). */
export function peakMegabytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Begins anew to note the most memory that a process has. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
