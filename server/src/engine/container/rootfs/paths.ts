import { join } from 'node:path';
import type { DaemonConfig } from '../../../base/config.js';

/** Folder of what the daemon keeps for a container: log, hosts, hostname, resolv.conf. */
export function containerFolder(config: DaemonConfig, id: string): string {
  return join(config.dataRoot, 'containers', id);
}

/** Docker's name for a container's log. */
export function logPath(config: DaemonConfig, id: string): string {
  return join(containerFolder(config, id), `${id}-json.log`);
}

/** The container's files that are bound into it. */
export function containerFiles(config: DaemonConfig, id: string) {
  const folder = containerFolder(config, id);
  return { hosts: join(folder, 'hosts'), hostname: join(folder, 'hostname'), resolvConf: join(folder, 'resolv.conf') };
}

/** Key of the lock on a container. */
export function containerLock(id: string): string {
  return `container/${id}`;
}
