import { t } from '@/language';
import { formatCount, formatCpu, formatMemory, formatRate } from '@/model/format';
import type { StatsSample } from '@live';

export interface Series {
  readonly label: string;
  /** A CSS variable. */
  colour: string;
  value: (sample: StatsSample) => number;
}

export interface Chart {
  readonly title: string;
  format: (value: number) => string;
  /** Steps of the axis that its unit allows. */
  steps?: number[];
  /** What the axis reaches at least. */
  floor: number;
  series: Series[];
  /** Words beside the title, from the newest sample. */
  note?: (sample: StatsSample) => string;
}

/** Their words are those of the language that is spoken when they are drawn. */
export const CHARTS: Chart[] = [
  {
    get title() {
      return t('columns.cpu');
    },
    format: formatCpu,
    floor: 5,
    series: [
      {
        get label() {
          return t('columns.cpu');
        },
        colour: '--accent',
        value: ({ cpu }) => cpu,
      },
    ],
  },
  {
    get title() {
      return t('columns.memory');
    },
    format: formatMemory,
    floor: 1024 * 1024,
    steps: Array.from({ length: 40 }, (_, power) => 2 ** power),
    series: [
      {
        get label() {
          return t('columns.memory');
        },
        colour: '--accent',
        value: ({ memory }) => memory,
      },
    ],
    note: ({ memory, memoryLimit }) => (memoryLimit ? `${((memory / memoryLimit) * 100).toFixed(1)}% of ${formatMemory(memoryLimit)}` : ''),
  },
  {
    get title() {
      return t('columns.network');
    },
    format: formatRate,
    floor: 1000,
    series: [
      {
        get label() {
          return t('columns.received');
        },
        colour: '--accent',
        value: ({ networkReceive }) => networkReceive,
      },
      {
        get label() {
          return t('columns.sent');
        },
        colour: '--warn',
        value: ({ networkTransmit }) => networkTransmit,
      },
    ],
  },
  {
    get title() {
      return t('columns.disk');
    },
    format: formatRate,
    floor: 1000,
    series: [
      {
        get label() {
          return t('columns.read');
        },
        colour: '--accent',
        value: ({ blockRead }) => blockRead,
      },
      {
        get label() {
          return t('columns.written');
        },
        colour: '--warn',
        value: ({ blockWrite }) => blockWrite,
      },
    ],
  },
  {
    get title() {
      return t('columns.processes');
    },
    format: formatCount,
    floor: 4,
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
    series: [
      {
        get label() {
          return t('columns.processes');
        },
        colour: '--accent',
        value: ({ pids }) => pids,
      },
    ],
  },
];
