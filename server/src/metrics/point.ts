/** What is measured at one moment, or on average over a while. Bytes, bytes a second, per cent of one CPU. */
export const METRICS = ['cpu', 'memory', 'networkReceive', 'networkTransmit', 'blockRead', 'blockWrite', 'pids'] as const;

export type Metric = (typeof METRICS)[number];
export type Point = Readonly<Record<Metric, number>>;

/** Points of equal distance; those of one metric in a row, as charts want them. */
export interface PointRows extends Readonly<Record<Metric, number[]>> {
  /** Seconds since 1970. */
  readonly time: number[];
}

export function noRows(): PointRows {
  return { time: [], cpu: [], memory: [], networkReceive: [], networkTransmit: [], blockRead: [], blockWrite: [], pids: [] };
}

export function addRow(rows: PointRows, time: number, point: Point): void {
  rows.time.push(time);
  for (const metric of METRICS) rows[metric].push(point[metric]);
}

/** The sum of what several use together. */
export function sumOf(points: readonly Point[]): Point {
  const sum = (metric: Metric) => points.reduce((total, point) => total + point[metric], 0);
  return Object.fromEntries(METRICS.map((metric) => [metric, sum(metric)])) as Record<Metric, number>;
}
