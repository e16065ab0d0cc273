import { Injectable, Logger } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { kindOf, messageOf, unavailable } from '../base/errors.js';
import { Undo } from '../base/undo.js';
import { JobGuard } from './access/job-guard.js';
import type { Job, JobClass } from './job.js';
import { Locks } from './locks.js';
import { Counters } from './metrics/counters.js';

/** Who asks for a job. */
export interface Caller {
  readonly signal?: AbortSignal;
  readonly version?: string;
}

export const NEWEST_VERSION = '1.56';
export const OLDEST_VERSION = '1.24';

/** Runs jobs: finds them, sees whether whoever asks may, holds their locks, unwinds what they acquired when they throw, waits for them at shutdown. */
@Injectable()
export class Engine {
  private readonly log = new Logger('Engine');
  private readonly locks = new Locks();
  private readonly running = new Set<Promise<unknown>>();
  private readonly ending = new AbortController();

  constructor(
    private readonly modules: ModuleRef,
    private readonly counters: Counters,
    private readonly guard: JobGuard,
  ) {}

  /** Runs one job to its end. Throws what the job throws, after everything it acquired was given back. */
  run<Params, Result>(job: JobClass<Params, Result>, params: Params, caller: Caller = {}): Promise<Result> {
    if (this.ending.signal.aborted) return Promise.reject(unavailable('the daemon is shutting down'));
    const work = this.perform(job, params, caller);
    this.running.add(work);
    const done = () => this.running.delete(work);
    work.then(done, done);
    return work;
  }

  /** Runs `work` while no job holds the lock `key`: for what happens to an object without anyone asking. */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const release = await this.locks.acquire(key);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Refuses new jobs, aborts the ones that wait, and resolves when all have ended. */
  async drain(): Promise<void> {
    this.ending.abort();
    await Promise.allSettled(this.running);
  }

  private async perform<Params, Result>(jobClass: JobClass<Params, Result>, params: Params, caller: Caller): Promise<Result> {
    this.guard.check(jobClass.name, params);
    const job = this.modules.get<Job<Params, Result>>(jobClass as never, { strict: false });
    const key = job.lock?.(params);
    const release = key === undefined ? undefined : await this.locks.acquire(key);
    const undo = new Undo();
    const start = performance.now();
    const count = (succeeded: boolean) => this.counters.job(jobClass.name, (performance.now() - start) / 1000, succeeded);
    const signal = caller.signal ? AbortSignal.any([caller.signal, this.ending.signal]) : this.ending.signal;
    try {
      const result = await job.run(params, { undo, signal, version: caller.version ?? NEWEST_VERSION });
      count(true);
      return result;
    } catch (error) {
      count(false);
      for (const failure of await undo.unwind()) this.log.error(`${jobClass.name}: undo failed: ${messageOf(failure)}`);
      if (kindOf(error) === 'System') this.log.error(`${jobClass.name}: ${error instanceof Error ? error.stack : messageOf(error)}`);
      throw error;
    } finally {
      release?.();
    }
  }
}
