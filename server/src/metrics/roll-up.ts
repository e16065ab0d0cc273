import { METRICS, type Metric, type Point } from './point.js';
import { TIERS } from './tiers.js';

/** A point of a tier that is complete. */
export interface Rolled {
  readonly step: number;
  /** Seconds since 1970, a multiple of the step. */
  readonly time: number;
  readonly point: Point;
}

interface Bucket {
  readonly step: number;
  time: number;
  count: number;
  sum: Record<Metric, number>;
}

const nothing = () => Object.fromEntries(METRICS.map((metric) => [metric, 0])) as Record<Metric, number>;

/** Makes the averages of one series as its points come in. */
export class RollUp {
  private readonly buckets: Bucket[] = TIERS.map(({ step }) => ({ step, time: 0, count: 0, sum: nothing() }));

  /** @param time seconds since 1970 @returns what is complete now */
  add(time: number, point: Point): Rolled[] {
    const rolled: Rolled[] = [];
    for (const bucket of this.buckets) {
      const start = Math.floor(time / bucket.step) * bucket.step;
      if (start !== bucket.time && bucket.count > 0) rolled.push(average(bucket));
      if (start !== bucket.time) Object.assign(bucket, { time: start, count: 0, sum: nothing() });
      bucket.count += 1;
      for (const metric of METRICS) bucket.sum[metric] += point[metric];
    }
    return rolled;
  }

  /** What has begun, as far as it has come. */
  rest(): Rolled[] {
    return this.buckets.filter(({ count }) => count > 0).map(average);
  }
}

function average({ step, time, count, sum }: Bucket): Rolled {
  const point = Object.fromEntries(METRICS.map((metric) => [metric, sum[metric] / count])) as Record<Metric, number>;
  return { step, time, point };
}
