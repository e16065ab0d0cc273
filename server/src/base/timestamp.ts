import { invalidParameter } from './errors.js';

const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** The first and the last moment that dates with a year of four digits can tell, in nanoseconds (RFC 3339). */
const [FIRST, LAST] = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'].map((date) => BigInt(Date.parse(date)) * 1_000_000n) as [
  bigint,
  bigint,
];

/** A Go duration such as 1h30m or 1.5s in nanoseconds; undefined when the text is none. */
export function parseDuration(text: string): bigint | undefined {
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, value = '', unit = ''] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(value) * (NANOSECONDS[unit] ?? 0);
  return BigInt(Math.round(text.startsWith('-') ? -total : total));
}

/**
 * A moment as Docker's since and until take it: seconds since 1970 with an optional fraction, RFC 3339 (also a date alone, in UTC),
 * or a Go duration meaning that long ago.
 * @returns nanoseconds since 1970
 * @throws InvalidParameter
 */
export function parseTimestamp(name: string, text: string, now = Date.now()): bigint {
  const moment = parse(text, now);
  if (moment === undefined) throw invalidParameter(`invalid value for ${name}: ${JSON.stringify(text)} is neither a time nor a duration`);
  if (moment < FIRST || moment > LAST) throw invalidParameter(`invalid value for ${name}: ${text} is further away than time is told`);
  return moment;
}

function parse(text: string, now: number): bigint | undefined {
  const seconds = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (seconds) return BigInt(seconds[1] ?? 0) * 1_000_000_000n + BigInt((seconds[2] ?? '').padEnd(9, '0'));
  const duration = parseDuration(text);
  if (duration !== undefined) return BigInt(now) * 1_000_000n - duration;
  const date = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const milliseconds = date ? Date.parse(`${date[1]}T${date[2] ?? '00:00:00'}${date[4] ?? 'Z'}`) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt((date?.[3] ?? '').padEnd(9, '0'));
}
