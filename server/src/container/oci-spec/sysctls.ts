import type { HostConfig } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';

const IPC = new Set(['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map((name) => `kernel.${name}`));

/**
 * The spec's `linux.sysctl`: Docker's defaults for a network namespace of its own, then what was asked for.
 * @param ownUsers it has a user namespace of its own, in which not all groups are that may ping
 */
export function sysctlSection(hostConfig: HostConfig, ownUsers: boolean): Record<string, string> {
  const ownNetwork = !isShared(hostConfig.NetworkMode);
  return {
    ...(ownNetwork && { 'net.ipv4.ip_unprivileged_port_start': '0' }),
    ...(ownNetwork && !ownUsers && { 'net.ipv4.ping_group_range': '0 2147483647' }),
    ...hostConfig.Sysctls,
  };
}

/**
 * Checks that each sysctl asked for belongs to a namespace of the container's own.
 * @throws InvalidParameter naming the one that would change the host or another container
 */
export function validateSysctls(hostConfig: HostConfig): void {
  for (const [key, value] of Object.entries(hostConfig.Sysctls ?? {})) {
    if (!/^[A-Za-z0-9_.\-/]+$/.test(key) || key.includes('..') || /[\n\0]/.test(value)) {
      throw invalidParameter(`invalid sysctl "${key}=${value}"`);
    }
    const name = key.replaceAll('/', '.');
    if (IPC.has(name) || name.startsWith('fs.mqueue.')) refuse(key, 'IPC', isShared(hostConfig.IpcMode));
    else if (name.startsWith('net.')) refuse(key, 'network', isShared(hostConfig.NetworkMode));
    else if (name === 'kernel.domainname') refuse(key, 'UTS', isShared(hostConfig.UTSMode));
    else throw invalidParameter(`sysctl "${key}" is not in a separate kernel namespace`);
  }
}

function refuse(key: string, namespace: string, shared: boolean): void {
  if (shared) throw invalidParameter(`sysctl "${key}" is not allowed: the container has no ${namespace} namespace of its own`);
}

function isShared(mode: string | undefined): boolean {
  return mode === 'host' || (mode?.startsWith('container:') ?? false);
}
