import { i18n, t } from '@/language';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB'];

function scaled(value: number, step: number, units: string[]): string {
  let unit = 0;
  let rest = Math.max(0, value);
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[unit]}`;
}

/** Memory, in powers of 1024: `64.0 MiB`. */
export const formatMemory = (bytes: number): string => scaled(bytes, 1024, BINARY);

/** Sizes on disk and on the wire, in powers of 1000 as Docker prints them: `7.81 MB`. */
export const formatSize = (bytes: number): string => scaled(bytes, 1000, DECIMAL);

/** Bytes a second. */
export const formatRate = (bytes: number): string => `${scaled(bytes, 1000, DECIMAL)}/s`;

/** Per cent of one CPU. */
export const formatCpu = (percent: number): string =>
  `${percent >= 100 ? percent.toFixed(0) : percent >= 10 ? percent.toFixed(1) : percent.toFixed(2)}%`;

/** The code of the language that is spoken, as Intl takes it: English is Britain's, with days before months. */
const locale = (): string => (i18n.global.locale.value === 'en' ? 'en-GB' : i18n.global.locale.value);

export const formatCount = (count: number): string => count.toLocaleString(locale());

const STEPS: [seconds: number, unit: 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second'][] = [
  [365 * 86400, 'year'],
  [30 * 86400, 'month'],
  [7 * 86400, 'week'],
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

function largest(seconds: number): { count: number; unit: (typeof STEPS)[number][1] } {
  const [length, unit] = STEPS.find((step) => seconds >= step[0]) ?? [1, 'second'];
  return { count: Math.max(0, Math.floor(seconds / length)), unit };
}

/** A span in its largest unit: `3 hours`; `seconds` may be fractional. */
export function formatSpan(seconds: number): string {
  const { count, unit } = largest(seconds);
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** `3 hours ago`; both in milliseconds since 1970. */
export function formatAgo(time: number, now: number): string {
  const seconds = (now - time) / 1000;
  if (seconds < 5) return t('common.justNow');
  const { count, unit } = largest(seconds);
  return new Intl.RelativeTimeFormat(locale()).format(-count, unit);
}

/** Docker's zero time stands for "never". */
export function parseTime(value: string | undefined): number | undefined {
  if (!value || value.startsWith('0001-')) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

export const formatDateTime = (time: number): string =>
  new Date(time).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'medium' });

/** The first 12 digits of an ID, without the algorithm's name. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);
