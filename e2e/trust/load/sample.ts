import { readdirSync, readFileSync } from 'node:fs';
import type { Daemon } from '../../fixtures/daemon.ts';
import { must } from '../../fixtures/process.ts';

/** What a daemon uses. */
export interface Sample {
  /** Resident memory in KiB. */
  readonly memory: number;
  readonly descriptors: number;
  /** KiB below the data root. */
  readonly disk: number;
}

export async function sample({ pid, dataRoot }: Daemon): Promise<Sample> {
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const disk = Number((await must('du', ['-sk', dataRoot])).split('\t')[0]);
  return { memory, descriptors: readdirSync(`/proc/${pid}/fd`).length, disk };
}

export function told({ memory, descriptors, disk }: Sample): string {
  return `${(memory / 1024).toFixed(1)} MiB, ${descriptors} descriptors, ${(disk / 1024).toFixed(1)} MiB on disk`;
}

/** Runs `work` for 0 to count - 1, `atOnce` at a time. */
export async function each(count: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}
