import { Injectable } from '@nestjs/common';

/** Upper bounds of the buckets, in seconds: Prometheus' own. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** How long something took, counted by bucket. */
export class Histogram {
  readonly counts: number[] = BUCKETS.map(() => 0);
  count = 0;
  sum = 0;

  add(seconds: number): void {
    this.count += 1;
    this.sum += seconds;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.counts[bucket]! += 1;
  }
}

/** Jobs that Docker's metrics name, and how. */
const ACTIONS: Readonly<Record<string, string>> = {
  ContainerChanges: 'changes',
  ImageCommit: 'commit',
  ContainerCreate: 'create',
  ContainerDelete: 'delete',
  ContainerStart: 'start',
};

/** What has been done so far, counted while it is done. */
@Injectable()
export class Counters {
  /** By action; every one is there from the start. */
  readonly actions = new Map(Object.values(ACTIONS).map((action) => [action, new Histogram()]));
  /** By job, how often it ended well and badly. */
  readonly jobs = new Map<string, { succeeded: number; failed: number }>();
  healthChecks = 0;
  failedHealthChecks = 0;

  job(name: string, seconds: number, succeeded: boolean): void {
    const counts = this.jobs.get(name) ?? { succeeded: 0, failed: 0 };
    counts[succeeded ? 'succeeded' : 'failed'] += 1;
    this.jobs.set(name, counts);
    const action = ACTIONS[name];
    if (succeeded && action) this.actions.get(action)?.add(seconds);
  }

  healthCheck(succeeded: boolean): void {
    this.healthChecks += 1;
    if (!succeeded) this.failedHealthChecks += 1;
  }
}
