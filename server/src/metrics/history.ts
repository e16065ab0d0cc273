import { MetricsDatabase, type SeriesPoint } from './metrics-database.js';
import type { Point, PointRows } from './point.js';
import { Ring } from './ring.js';
import { RollUp } from './roll-up.js';
import { FINEST, tierFor } from './tiers.js';

/** Complete points wait so long before they are written; seconds. */
const WRITE_EVERY = 60;
const PRUNE_EVERY = 3600;
/** More points than that are no use on a screen. */
const MOST_POINTS = 900;
/** A series that has told nothing for so long is dropped from memory. */
const FORGET_AFTER = FINEST.keep;

interface Series {
  readonly ring: Ring;
  readonly rollUp: RollUp;
  last: number;
}

/** What was used when: seconds in memory, averages on the disk, which are opened when there is first something to keep or to read. */
export class MetricsHistory {
  private readonly series = new Map<string, Series>();
  private waiting: SeriesPoint[] = [];
  private database: MetricsDatabase | undefined;
  private written = 0;
  private pruned = 0;

  constructor(private readonly dataRoot: string) {}

  /** @param time seconds since 1970 */
  add(time: number, points: ReadonlyMap<string, Point>): void {
    for (const [name, point] of points) {
      const series = this.seriesOf(name);
      series.last = time;
      series.ring.add(time, point);
      for (const rolled of series.rollUp.add(time, point)) this.waiting.push({ ...rolled, series: name });
    }
    if (time - this.written >= WRITE_EVERY) this.write(time);
  }

  /** The points of a series from one time to another, as fine as they are kept. @param now seconds since 1970 */
  read(name: string, from: number, to: number, now: number): { step: number; points: PointRows } {
    const tier = tierFor(from, now);
    const fine = tier === FINEST ? this.series.get(name)?.ring.rows(from, to) : undefined;
    if (fine && fine.time.length > 0 && (fine.time[0] ?? now) - from < (to - from) / 2) return { step: FINEST.step, points: fine };
    const { step } = tier === FINEST ? tierFor(now - FINEST.keep - 1, now) : tier;
    this.write(now);
    const width = step * Math.max(1, Math.ceil((to - from) / step / MOST_POINTS));
    const points = this.open().read(name, step, from, to, width);
    return fine && points.time.length === 0 ? { step: FINEST.step, points: fine } : { step: width, points };
  }

  /** Names of all series that anything is kept of. */
  names(): string[] {
    return [...new Set([...this.open().names(), ...this.series.keys()])].sort();
  }

  /** Writes what waits and what has begun. */
  close(): void {
    for (const [name, { rollUp }] of this.series) for (const rolled of rollUp.rest()) this.waiting.push({ ...rolled, series: name });
    if (this.waiting.length > 0) this.open().write(this.waiting);
    this.waiting = [];
    this.database?.close();
    this.database = undefined;
  }

  private write(now: number): void {
    this.written = now;
    if (this.waiting.length > 0) this.open().write(this.waiting);
    this.waiting = [];
    for (const [name, { last, rollUp }] of this.series) {
      if (now - last <= FORGET_AFTER) continue;
      this.open().write(rollUp.rest().map((rolled) => ({ ...rolled, series: name })));
      this.series.delete(name);
    }
    if (now - this.pruned < PRUNE_EVERY) return;
    this.pruned = now;
    this.open().prune(now);
  }

  private open(): MetricsDatabase {
    return (this.database ??= new MetricsDatabase(this.dataRoot));
  }

  private seriesOf(name: string): Series {
    const known = this.series.get(name);
    if (known) return known;
    const series = { ring: new Ring(FINEST.keep / FINEST.step), rollUp: new RollUp(), last: 0 };
    this.series.set(name, series);
    return series;
  }
}
