import { invalidParameter } from '../../base/errors.js';
import { parseTimestamp } from '../../base/timestamp.js';

/** Reads the parameters a channel is opened with, which may be anything the other side cares to send. */
export class Fields {
  private readonly values: Readonly<Record<string, unknown>>;

  /** @throws InvalidParameter when `params` is no object */
  constructor(params: unknown) {
    if (typeof params !== 'object' || params === null || Array.isArray(params)) throw invalidParameter('params must be an object');
    this.values = params as Record<string, unknown>;
  }

  /** @throws InvalidParameter when there is no such string, or an empty one */
  text(name: string): string {
    return this.optionalText(name) ?? wrong(name, 'a string that is not empty');
  }

  optionalText(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    return typeof value === 'string' && value !== '' ? value : wrong(name, 'a string that is not empty');
  }

  /** Nanoseconds since 1970. @throws InvalidParameter when it is no time */
  time(name: string): bigint | undefined {
    const text = this.optionalText(name);
    return text === undefined ? undefined : parseTimestamp(name, text);
  }

  flag(name: string): boolean {
    const value = this.values[name] ?? false;
    return typeof value === 'boolean' ? value : wrong(name, 'true or false');
  }

  /** A whole number from `from` to `to`. */
  count(name: string, from: number, to: number): number {
    const value = this.values[name];
    return isCount(value, from, to) ? value : wrong(name, `a whole number from ${from} to ${to}`);
  }

  optionalCount(name: string, from: number, to: number): number | undefined {
    return this.values[name] === undefined ? undefined : this.count(name, from, to);
  }

  optionalTexts(name: string): string[] | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : wrong(name, 'a list of strings');
  }
}

export function isCount(value: unknown, from: number, to: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
}

function wrong(name: string, wanted: string): never {
  throw invalidParameter(`${name} must be ${wanted}`);
}
