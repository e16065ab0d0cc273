import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { HostConfig } from '../api/generated/types.gen.js';
import { messageOf, systemError } from '../base/errors.js';

/** The profile of containers that name none. A name of its own: another daemon's would be replaced. */
export const DEFAULT_APPARMOR_PROFILE = 'slipway-default';

/** Where the kernel shows its profiles, when it has AppArmor and securityfs is mounted. */
const PROFILES = '/sys/kernel/security/apparmor/profiles';
const PARSER = ['/sbin/apparmor_parser', '/usr/sbin/apparmor_parser'].find((path) => existsSync(path));

/** Whether profiles can be used: the kernel has AppArmor, and there is what loads them. */
export function hasAppArmor(): boolean {
  return PARSER !== undefined && existsSync(PROFILES);
}

/**
 * Which profile a container's processes run under, as Docker chooses.
 * @param named by `--security-opt apparmor=`
 * @returns undefined where the host has no AppArmor; "unconfined" for none
 */
export function apparmorProfile(named: string | undefined, { Privileged }: HostConfig, supported: boolean): string | undefined {
  if (!supported) return undefined;
  return named || (Privileged ? 'unconfined' : DEFAULT_APPARMOR_PROFILE);
}

/**
 * Loads the default profile where it is not loaded, which may happen at any time: an upgrade of a package unloads those it does not know.
 * @throws System when it cannot be loaded
 */
export async function ensureDefaultProfile(): Promise<void> {
  if (PARSER === undefined || (await isLoaded(DEFAULT_APPARMOR_PROFILE))) return;
  await new Promise<void>((resolve, reject) => {
    // Neither from its cache nor into it: what counts is the text below.
    const parser = execFile(PARSER, ['--replace', '--skip-cache'], (error, _, stderr) =>
      error
        ? reject(systemError(`cannot load the AppArmor profile ${DEFAULT_APPARMOR_PROFILE}: ${stderr.trim() || messageOf(error)}`))
        : resolve(),
    );
    parser.stdin?.end(defaultProfile(DEFAULT_APPARMOR_PROFILE));
  });
}

async function isLoaded(name: string): Promise<boolean> {
  const lines = (await readFile(PROFILES, 'utf8')).split('\n');
  return lines.some((line) => line.startsWith(`${name} (`));
}

/**
 * What Docker's default profile allows and denies (apparmor.d(5)): files, sockets and capabilities are the container's to use, within what
 * its namespaces leave; the kernel's settings and the host's devices are not to be written, nothing is mounted.
 */
function defaultProfile(name: string): string {
  const denied = [
    // Files right in /proc; folders but those of processes and /proc/sys; of that all but /proc/sys/kernel/shm*.
    '/proc/* w',
    '/proc/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w',
    '/proc/sys/[^k]** w',
    '/proc/sys/kernel/{?,??,[^s][^h][^m]**} w',
    ...['/proc/sysrq-trigger', '/proc/kcore', '/sys/firmware/**', '/sys/devices/virtual/powercap/**', '/sys/kernel/security/**'].map(
      (path) => `${path} rwklx`,
    ),
    // All of /sys but /sys/fs/cgroup.
    ...['/sys/[^f]*/**', '/sys/f[^s]*/**', '/sys/fs/[^c]*/**', '/sys/fs/c[^g]*/**', '/sys/fs/cg[^r]*/**'].map((path) => `${path} wklx`),
    'mount',
  ];
  const allowed = [
    'network',
    'capability',
    'file',
    'umount',
    // The daemon, its shims and other runtimes stop containers.
    ...['unconfined', 'runc', 'crun', name].map((peer) => `signal (receive) peer=${peer}`),
    `signal (send) peer=${name}`,
    `ptrace (trace, read, tracedby, readby) peer=${name}`,
  ];
  const rules = [...allowed, ...denied.map((rule) => `deny ${rule}`)].map((rule) => `  ${rule},\n`).join('');
  return `profile ${name} flags=(attach_disconnected, mediate_deleted) {\n${rules}}\n`;
}
