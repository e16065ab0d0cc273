import type { ContainerDefaults } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import type { Settings } from './flags.js';
import { sizeOf } from './sizes.js';

const SHM_SIZE = '64m';

/** What containers get that do not say otherwise. @throws InvalidParameter naming the flag */
export function containerDefaults(settings: Settings): ContainerDefaults {
  const ipcMode = (settings['default-ipc-mode'] as string | undefined) ?? 'private';
  if (ipcMode !== 'private' && ipcMode !== 'shareable')
    throw invalidParameter(`--default-ipc-mode must be private or shareable, not ${ipcMode}`);
  const cgroupnsMode = settings['default-cgroupns-mode'] as string | undefined;
  if (cgroupnsMode !== undefined && cgroupnsMode !== 'host' && cgroupnsMode !== 'private')
    throw invalidParameter(`--default-cgroupns-mode must be host or private, not ${cgroupnsMode}`);
  return {
    ipcMode,
    cgroupnsMode,
    shmSize: sizeOf('default-shm-size', (settings['default-shm-size'] as string | undefined) ?? SHM_SIZE),
    noNewPrivileges: settings['no-new-privileges'] === true,
    ulimits: Object.entries((settings['default-ulimit'] ?? {}) as Record<string, unknown>).map(([name, value]) => ulimitOf(name, value)),
  };
}

/** `soft:hard` or one number for both as a flag; {Name, Soft, Hard} in the file. -1 is no limit. */
function ulimitOf(name: string, value: unknown): ContainerDefaults['ulimits'][number] {
  const wrong = () => invalidParameter(`--default-ulimit: invalid ulimit ${name}=${JSON.stringify(value)}: write nofile=1024:2048`);
  const [soft, hard] =
    typeof value === 'string' ? numbersOf(value) : [(value as { Soft?: unknown }).Soft, (value as { Hard?: unknown }).Hard];
  if (!Number.isInteger(soft) || !Number.isInteger(hard)) throw wrong();
  const limit = { Name: name, Soft: soft as number, Hard: hard as number };
  if (limit.Hard !== -1 && (limit.Soft === -1 || limit.Soft > limit.Hard)) throw wrong();
  return limit;
}

function numbersOf(text: string): [number, number] {
  const [soft = '', hard = soft] = text.split(':');
  const number = (each: string) => (/^-?\d+$/.test(each) ? Number(each) : Number.NaN);
  return [number(soft), number(hard)];
}
