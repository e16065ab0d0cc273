import { t } from '@/language';
import { formatPlainBytes, parseMemory } from '../run-form';
import { joinCommand, splitCommand } from '../command-line';
import { at, linesOf, put, type Control, type FormField, type TabName } from './field';

type More = Partial<Pick<FormField, 'short' | 'choices' | 'placeholder' | 'compose'>>;
type Make = (tab: TabName, flag: string, path: string, more?: More) => FormField;

const make =
  (
    control: Control,
    read: (value: unknown) => string,
    parse: (text: string) => unknown,
    check?: (text: string) => string | undefined,
  ): Make =>
  (tab, flag, path, more = {}) => ({
    flag,
    tab,
    control,
    ...more,
    ...(check && { check }),
    read: (body) => read(at(body, path)),
    write: (body, value) => put(body, path, value.trim() === '' ? undefined : parse(value)),
  });

const asText = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const asLines = (value: unknown): string => (Array.isArray(value) ? value.join('\n') : '');
/** @param problem name of what the form says when the test fails */
const wrong = (test: (text: string) => boolean, problem: string) => (text: string) =>
  text.trim() === '' || test(text) ? undefined : t(`form.errors.${problem}`);

export const text = make('text', asText, (value) => value.trim());
export const choice = make('choice', asText, (value) => value);
export const whole = make(
  'text',
  asText,
  Number,
  wrong((value) => /^-?\d+$/.test(value.trim()), 'whole'),
);
export const tick = make(
  'tick',
  (value) => (value === true ? 'true' : ''),
  () => true,
);
export const lines = make('lines', asLines, linesOf);
export const size = make(
  'text',
  (value) => (value === -1 ? '-1' : typeof value === 'number' && value > 0 ? formatPlainBytes(value) : ''),
  (value) => (value.trim() === '-1' ? -1 : parseMemory(value)),
  wrong((value) => value.trim() === '-1' || parseMemory(value) !== undefined, 'size'),
);
export const words = make(
  'text',
  (value) => (Array.isArray(value) ? joinCommand(value as string[]) : ''),
  splitCommand,
  (value) => {
    try {
      splitCommand(value);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
);

/** CPUs in parts of one. */
export const cpus = make(
  'text',
  (value) => (typeof value === 'number' && value > 0 ? String(value / 1e9) : ''),
  (value) => Math.round(Number(value) * 1e9),
  wrong((value) => Number(value) > 0, 'cpus'),
);

/** `NAME=value` lines of a mapping. */
export const pairs = make(
  'lines',
  (value) =>
    Object.entries((value ?? {}) as Record<string, string>)
      .map(([name, item]) => (item === '' ? name : `${name}=${item}`))
      .join('\n'),
  (value) =>
    Object.fromEntries(
      linesOf(value).map((line) =>
        line.includes('=') ? [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] : [line, ''],
      ),
    ),
);

const UNITS: [name: string, nanoseconds: number][] = [
  ['h', 3600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
];

/** `1m30s`, kept in nanoseconds. */
export const duration = make(
  'text',
  (value) => {
    let left = typeof value === 'number' ? value : 0;
    let said = '';
    for (const [name, length] of UNITS) {
      const count = Math.floor(left / length);
      if (count > 0) said += `${count}${name}`;
      left -= count * length;
    }
    return said;
  },
  (value) => parseDuration(value),
  wrong((value) => parseDuration(value) !== undefined, 'duration'),
);

function parseDuration(value: string): number | undefined {
  const parts = [...value.trim().matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value.trim()) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0), 0);
}
