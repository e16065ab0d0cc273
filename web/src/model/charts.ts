import { formatCount, formatCpu, formatMemory, formatRate } from '@/model/format';
import type { StatsSample } from '@live';

export interface Series {
  label: string;
  /** A CSS variable. */
  colour: string;
  value: (sample: StatsSample) => number;
}

export interface Chart {
  title: string;
  format: (value: number) => string;
  /** Steps of the axis that its unit allows. */
  steps?: number[];
  /** What the axis reaches at least. */
  floor: number;
  series: Series[];
  /** Words beside the title, from the newest sample. */
  note?: (sample: StatsSample) => string;
}

export const CHARTS: Chart[] = [
  { title: 'CPU', format: formatCpu, floor: 5, series: [{ label: 'CPU', colour: '--accent', value: ({ cpu }) => cpu }] },
  {
    title: 'Memory',
    format: formatMemory,
    floor: 1024 * 1024,
    steps: Array.from({ length: 40 }, (_, power) => 2 ** power),
    series: [{ label: 'Memory', colour: '--accent', value: ({ memory }) => memory }],
    note: ({ memory, memoryLimit }) => (memoryLimit ? `${((memory / memoryLimit) * 100).toFixed(1)}% of ${formatMemory(memoryLimit)}` : ''),
  },
  {
    title: 'Network',
    format: formatRate,
    floor: 1000,
    series: [
      { label: 'Received', colour: '--accent', value: ({ networkReceive }) => networkReceive },
      { label: 'Sent', colour: '--warn', value: ({ networkTransmit }) => networkTransmit },
    ],
  },
  {
    title: 'Disk',
    format: formatRate,
    floor: 1000,
    series: [
      { label: 'Read', colour: '--accent', value: ({ blockRead }) => blockRead },
      { label: 'Written', colour: '--warn', value: ({ blockWrite }) => blockWrite },
    ],
  },
  {
    title: 'Processes',
    format: formatCount,
    floor: 4,
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
    series: [{ label: 'Processes', colour: '--accent', value: ({ pids }) => pids }],
  },
];
