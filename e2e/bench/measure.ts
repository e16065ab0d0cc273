import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
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

/** How long ext4 passes over the inodes of deleted files (RECENTCY_MIN of fs/ext4/ialloc.c, 60 s), and a little more. */
const EXT4_REUSES_INODES_MS = 65_000;

/**
 * Resolves when the file system has forgotten what was deleted before: until then every file that is made searches past all the
 * deleted ones, and a sample pays for the removal of the one before it.
 */
export async function forgetDeletions(): Promise<void> {
  await promisify(execFile)('sync');
  await setTimeout(EXT4_REUSES_INODES_MS);
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
