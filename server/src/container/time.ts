/** What Go's zero time looks like; Docker shows it for "never". */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Milliseconds since 1970, with microseconds as the fraction. */
export function nowMilliseconds(): number {
  return performance.timeOrigin + performance.now();
}

/** RFC 3339 in UTC with as many digits of a second as there are (Go's RFC3339Nano). @param milliseconds since 1970, with fractions */
export function toRfc3339(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const nanos = String(Math.floor((milliseconds - whole) * 1e6)).padStart(6, '0');
  const digits = (new Date(whole).toISOString().slice(20, 23) + nanos).replace(/0+$/, '');
  return new Date(whole).toISOString().slice(0, 19) + (digits ? `.${digits}` : '') + 'Z';
}

/** The present as RFC 3339. */
export function nowRfc3339(): string {
  return toRfc3339(nowMilliseconds());
}

/** Nanoseconds since 1970 of an RFC 3339 time in UTC. */
export function toNanoseconds(rfc3339: string): bigint {
  const [, seconds = '', digits = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(rfc3339) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(digits.padEnd(9, '0').slice(0, 9) || '0');
}
