import type { HostConfig } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { numbersOf, type HostFacts } from './host.js';

/** HostConfig.SecurityOpt, taken apart. */
export interface SecurityOptions {
  readonly seccomp?: string;
  readonly apparmor?: string;
  readonly noNewPrivileges: boolean;
  readonly writableCgroups: boolean;
}

/** Reads `--security-opt` values. @throws InvalidParameter for one that is unknown */
export function parseSecurityOptions(options: readonly string[] | null | undefined): SecurityOptions {
  const parsed: { -readonly [Key in keyof SecurityOptions]: SecurityOptions[Key] } = { noNewPrivileges: false, writableCgroups: false };
  for (const option of options ?? []) {
    const [, key = option, value] = /^([a-z-]+)[=:](.*)$/s.exec(option) ?? [];
    if (key === 'no-new-privileges') parsed.noNewPrivileges = parseFlag(option, value);
    else if (key === 'writable-cgroups') parsed.writableCgroups = parseFlag(option, value);
    else if (key === 'seccomp' && value !== undefined) parsed.seccomp = value;
    else if (key === 'apparmor' && value !== undefined) parsed.apparmor = value;
    else if (key === 'label' || option === 'disable') continue;
    else throw invalidParameter(`invalid --security-opt: "${option}"`);
  }
  return parsed;
}

function parseFlag(option: string, value: string | undefined): boolean {
  if (value === undefined || value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw invalidParameter(`invalid --security-opt: "${option}": it takes true or false`);
}

const MASKED = ['acpi', 'asound', 'interrupts', 'kcore', 'keys', 'latency_stats', 'sched_debug', 'scsi', 'timer_list', 'timer_stats']
  .map((name) => `/proc/${name}`)
  .concat('/sys/devices/virtual/powercap', '/sys/firmware');

const READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);

/** Paths that look empty in the container. The runtime passes over those that are not there. */
export function maskedPaths(hostConfig: HostConfig, host: HostFacts): string[] {
  if (hostConfig.Privileged) return [];
  return (
    hostConfig.MaskedPaths ?? [
      ...MASKED,
      ...numbersOf(host.possibleCpus).map((cpu) => `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`),
    ]
  );
}

/** Paths that cannot be written in the container. */
export function readonlyPaths(hostConfig: HostConfig): string[] {
  if (hostConfig.Privileged) return [];
  return hostConfig.ReadonlyPaths ?? READ_ONLY;
}
