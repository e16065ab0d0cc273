import { addRow, METRICS, noRows, type Point, type PointRows } from './point.js';

const WIDTH = METRICS.length;

/** The last points of one series, a second apart, in a fixed amount of memory. */
export class Ring {
  private readonly times: Float64Array;
  private readonly values: Float64Array;
  private next = 0;
  private count = 0;

  constructor(private readonly size: number) {
    this.times = new Float64Array(size);
    this.values = new Float64Array(size * WIDTH);
  }

  /** @param time seconds since 1970 */
  add(time: number, point: Point): void {
    this.times[this.next] = time;
    for (const [at, metric] of METRICS.entries()) this.values[this.next * WIDTH + at] = point[metric];
    this.next = (this.next + 1) % this.size;
    this.count = Math.min(this.count + 1, this.size);
  }

  /** Those from one time to another, the oldest first. */
  rows(from: number, to: number): PointRows {
    const rows = noRows();
    for (let back = this.count; back > 0; back--) {
      const slot = (this.next - back + this.size) % this.size;
      const time = this.times[slot] ?? 0;
      if (time < from || time > to) continue;
      const values = METRICS.map((metric, at) => [metric, this.values[slot * WIDTH + at] ?? 0] as const);
      addRow(rows, time, Object.fromEntries(values) as unknown as Point);
    }
    return rows;
  }
}
