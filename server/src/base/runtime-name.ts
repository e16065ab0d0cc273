import type { DaemonConfig } from './config.js';

/** The name the native runtime goes by in `HostConfig.Runtime`. */
export const NATIVE_RUNTIME = 'slipway';
/** What other engines call the runtime they come with: ours, unless one of that name was added. */
const ALIASES = new Set(['runc', 'io.containerd.runc.v2', NATIVE_RUNTIME]);

/** The runtime that a name means, undefined when there is none; an empty name means the default one. */
export function resolveRuntime(name: string, { runtimes, defaultRuntime }: Pick<DaemonConfig, 'runtimes' | 'defaultRuntime'>) {
  if (name === '') return defaultRuntime;
  if (Object.hasOwn(runtimes, name)) return name;
  return ALIASES.has(name) ? NATIVE_RUNTIME : undefined;
}
