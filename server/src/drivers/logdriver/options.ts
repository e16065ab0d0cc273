import { invalidParameter } from '../../base/errors.js';
import { linearPattern } from '../../base/linear-pattern.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
/** Options that every driver takes. */
const COMMON = ['mode', 'max-buffer-size'];

/** Checks the names of options, and those that every driver has. @throws InvalidParameter */
export function requireKnown(driver: string, options: Readonly<Record<string, string>>, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key) && !COMMON.includes(key)) throw invalidParameter(`unknown log opt '${key}' for ${driver} log driver`);
  }
  const { mode, 'max-buffer-size': bufferSize } = options;
  if (mode !== undefined && mode !== 'blocking' && mode !== 'non-blocking')
    throw invalidParameter(`logger: logging mode not supported: ${mode}`);
  if (bufferSize !== undefined && mode !== 'non-blocking') {
    throw invalidParameter("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  }
  if (bufferSize !== undefined) parseSize('max-buffer-size', bufferSize);
  for (const key of ['labels-regex', 'env-regex']) if (options[key]) parsePattern(key, options[key]);
}

/** Bytes of a size such as 10m; none or -1 is no limit. @throws InvalidParameter */
export function parseSize(name: string, text: string | undefined): number {
  if (text === undefined || text === '' || text === '-1') return 0;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([bkmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const size = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  if (number === '' || size <= 0) throw invalidParameter(`invalid log opt ${name} '${text}': it takes a size such as 10m`);
  return size;
}

/** A number of files. @throws InvalidParameter */
export function parseCount(name: string, text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalidParameter(`invalid log opt ${name} '${text}': ${name} cannot be less than 1`);
  return Number(text);
}

/** @throws InvalidParameter for anything but true and false */
export function parseFlag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '' || /^(0|f|false)$/i.test(text)) return false;
  if (/^(1|t|true)$/i.test(text)) return true;
  throw invalidParameter(`invalid log opt ${name} '${text}': it takes true or false`);
}

function parsePattern(name: string, text: string): RegExp {
  try {
    return linearPattern(text);
  } catch (error) {
    throw invalidParameter(`invalid log opt ${name} '${text}': it is no regular expression`, error);
  }
}
