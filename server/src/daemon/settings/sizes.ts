import { invalidParameter } from '../../base/errors.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of a number with the unit b, k, m, g or t; `64MB` and `64MiB` are 64m, too. @throws InvalidParameter naming the setting */
export function sizeOf(name: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(?:([bkmgt])(?:i?b)?)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) throw invalidParameter(`--${name} must be a size such as 64m, not ${text}`);
  return Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}
