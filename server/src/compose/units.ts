import { invalidParameter } from '../base/errors.js';

const SIZES = 'bkmgtp';

/** `512m`, `1.5gb`, `1024` in bytes. @throws InvalidParameter */
export function bytes(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  const match = /^(-1|\d+(?:\.\d+)?)\s*([bkmgtp])?(?:i?b)?$/i.exec(String(value).trim());
  if (!match) throw invalidParameter(`${what}: ${JSON.stringify(value)} is no size: write a number with b, k, m or g, such as 512m`);
  return Math.round(Number(match[1]) * 1024 ** SIZES.indexOf((match[2] ?? 'b').toLowerCase()));
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86400e9, w: 604800e9 };

/** `1m30s` in nanoseconds. @throws InvalidParameter */
export function nanoseconds(value: unknown, what: string): number {
  const given = String(value).trim();
  if (given === '0') return 0;
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== given)
    throw invalidParameter(`${what}: ${JSON.stringify(value)} is no duration: write such as 30s or 1m30s`);
  return Math.round(parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0));
}

/** @throws InvalidParameter */
export function number(value: unknown, what: string): number {
  const result = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof result !== 'number' || !Number.isFinite(result)) throw invalidParameter(`${what}: ${JSON.stringify(value)} is no number`);
  return result;
}

/** YAML 1.1's words count too, as they do in Compose. @throws InvalidParameter */
export function boolean(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  if (/^(true|yes|y|on)$/i.test(String(value))) return true;
  if (/^(false|no|n|off)$/i.test(String(value))) return false;
  throw invalidParameter(`${what}: ${JSON.stringify(value)} is neither true nor false`);
}

/** A command as words: a list as it is, a string cut as a shell would. @throws InvalidParameter when a quote is not closed */
export function words(value: unknown, what: string): string[] {
  if (Array.isArray(value)) return value.map(String);
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  const given = String(value);
  for (let at = 0; at < given.length; at++) {
    const char = given[at] ?? '';
    if (char === '\\' && quote !== "'" && at + 1 < given.length) word = (word ?? '') + given[++at];
    else if (quote !== '' && char === quote) quote = '';
    else if (quote === '' && /["']/.test(char)) [quote, word] = [char, word ?? ''];
    else if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote) throw invalidParameter(`${what}: a quote (${quote}) is not closed`);
  return word === undefined ? found : [...found, word];
}
