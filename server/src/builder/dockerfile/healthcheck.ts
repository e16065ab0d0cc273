import type { HealthConfig } from '../../api/generated/types.gen.js';
import type { CommandLine } from './instruction.js';
import { invalidParameter } from '../../base/errors.js';
import { parseDuration } from '../../base/timestamp.js';

const SHORTEST = 1_000_000n;
const DURATIONS = { interval: 'Interval', timeout: 'Timeout', 'start-period': 'StartPeriod', 'start-interval': 'StartInterval' } as const;

/** The probe that `HEALTHCHECK [--option=value ...] CMD ...` or `HEALTHCHECK NONE` asks for. @throws InvalidParameter */
export function parseHealthcheck(text: string, command: (text: string) => CommandLine): HealthConfig {
  const config: HealthConfig = {};
  let rest = text.trim();
  for (let flag = /^--([\w-]+)=(\S*)\s*/.exec(rest); flag; flag = /^--([\w-]+)=(\S*)\s*/.exec(rest)) {
    Object.assign(config, option(flag[1] ?? '', flag[2] ?? ''));
    rest = rest.slice(flag[0].length);
  }
  const [, type = '', argument = ''] = /^(\S*)\s*([^]*)$/.exec(rest) ?? [];
  if (type.toUpperCase() === 'NONE') {
    if (argument !== '') throw invalidParameter('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  if (type.toUpperCase() !== 'CMD') throw invalidParameter(`unknown type "${type}" in HEALTHCHECK (try CMD)`);
  const { words, shell } = command(argument);
  if (words.length === 0) throw invalidParameter('missing command after HEALTHCHECK CMD');
  return { ...config, Test: [shell ? 'CMD-SHELL' : 'CMD', ...words] };
}

function option(name: string, value: string): HealthConfig {
  if (name === 'retries') {
    if (!/^[1-9]\d*$/.test(value)) throw invalidParameter(`--retries must be at least 1 (not ${value})`);
    return { Retries: Number(value) };
  }
  if (!Object.hasOwn(DURATIONS, name)) throw invalidParameter(`unknown flag: --${name}`);
  const duration = parseDuration(value);
  if (duration === undefined || (duration !== 0n && duration < SHORTEST)) {
    throw invalidParameter(`HEALTHCHECK --${name}=${value} is not a duration of at least 1ms`);
  }
  return { [DURATIONS[name as keyof typeof DURATIONS]]: Number(duration) };
}
