import type { ContainerDefaults, DaemonConfig } from '../base/config.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What is changed while the daemon runs, with its name in the event: what dockerd reloads, as far as it is here. */
const RELOADED = {
  debug: 'debug',
  logLevel: 'log-level',
  labels: 'labels',
  insecureRegistries: 'insecure-registries',
  registryMirrors: 'registry-mirrors',
  liveRestore: 'live-restore',
  maxConcurrentDownloads: 'max-concurrent-downloads',
  maxConcurrentUploads: 'max-concurrent-uploads',
  maxDownloadAttempts: 'max-download-attempts',
  shutdownTimeoutSeconds: 'shutdown-timeout',
  features: 'features',
  runtimes: 'runtimes',
  defaultRuntime: 'default-runtime',
} as const satisfies Partial<Record<keyof DaemonConfig, string>>;

/**
 * Takes from a configuration that has been read again what can be changed while the daemon runs. All rooms have the same
 * object and look at it when they need it.
 * @returns the attributes of the event that tells of it: everything that may have changed, as it is now
 */
export function reload(config: DaemonConfig, next: DaemonConfig): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [key, name] of Object.entries(RELOADED) as [keyof typeof RELOADED, string][]) {
    const value = next[key];
    if (key === 'runtimes') replace(config.runtimes, next.runtimes);
    else (config as Writable<Record<keyof typeof RELOADED, unknown>>)[key] = value;
    attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return { ...attributes, ...reloadContainers(config, next.containers) };
}

/** Of what containers get, these three. */
function reloadContainers(config: Writable<DaemonConfig>, { ipcMode, cgroupnsMode, shmSize }: ContainerDefaults): Record<string, string> {
  config.containers = { ...config.containers, ipcMode, cgroupnsMode, shmSize };
  return { 'default-ipc-mode': ipcMode, 'default-cgroupns-mode': cgroupnsMode ?? '', 'default-shm-size': String(shmSize) };
}

/** Drivers hold the table itself. */
function replace<Value>(table: Readonly<Record<string, Value>>, next: Readonly<Record<string, Value>>): void {
  const own = table as Record<string, Value>;
  for (const name of Object.keys(own)) delete own[name];
  Object.assign(own, next);
}
