import { Injectable } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { ContainerStatsResponse } from '../../api/generated/types.gen.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import { nowRfc3339 } from '../../container/time.js';
import { networkCounters } from '../../network/counters.js';
import type { Job, JobContext } from '../job.js';
import { Launch } from './process/launch.js';
import { statsResponse, type Sample } from './stats-response.js';

const SECOND = 1000;
/** USER_HZ as nanoseconds a tick. */
const TICK = 1e9 / 100;

export interface ContainerStatsParams {
  readonly id: string;
  readonly stream?: boolean;
  readonly 'one-shot'?: boolean;
}

/** Samples a container's use of resources: once a second, once with the second before, or once at once. */
@Injectable()
export class ContainerStats implements Job<ContainerStatsParams, AsyncIterable<ContainerStatsResponse>> {
  constructor(
    private readonly containers: Containers,
    private readonly launch: Launch,
  ) {}

  async run(params: ContainerStatsParams, { signal }: JobContext): Promise<AsyncIterable<ContainerStatsResponse>> {
    const container = this.containers.get(params.id);
    return this.samples(container, params.stream ?? true, params['one-shot'] ?? false, signal);
  }

  private async *samples(
    container: Container,
    stream: boolean,
    oneShot: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerStatsResponse> {
    let before: Sample | undefined;
    let first = true;
    do {
      const sample = await takeSample(container);
      // A single answer needs a second before it, unless that was declined or nothing runs.
      const skip = first && !stream && !oneShot && sample !== undefined;
      if (!skip) yield statsResponse(container, sample, before, this.launch.host.cgroupVersion, totalmem());
      if (!stream && !skip) return;
      first = false;
      before = sample;
      await wait(SECOND, undefined, { signal }).catch(() => undefined);
    } while (!signal.aborted && this.containers.find(container.id));
  }
}

/** One look; undefined when nothing runs. */
export async function takeSample({ process, state }: Container): Promise<Sample | undefined> {
  if (!process || state.restarting) return undefined;
  try {
    const [cgroup, networks, systemUsage] = await Promise.all([process.stats(), networkCounters(process.pid), hostCpuTime()]);
    return { read: nowRfc3339(), cgroup, networks, systemUsage, onlineCpus: availableParallelism() };
  } catch (error) {
    // It may have ended between the look and the reading.
    if (!isAlive(process.pid)) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** CPU time of the host in nanoseconds: user, nice, system, idle, iowait, irq and softirq (proc_stat(5)). */
async function hostCpuTime(): Promise<number> {
  const [, ...ticks] = (await readFile('/proc/stat', 'utf8')).split('\n', 1)[0]?.trim().split(/\s+/) ?? [];
  return ticks.slice(0, 7).reduce((sum, value) => sum + Number(value), 0) * TICK;
}
