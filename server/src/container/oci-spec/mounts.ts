import { existsSync } from 'node:fs';
import type { HostConfig } from '../../api/generated/types.gen.js';
import type { ContainerMount } from '../mount.js';

/** A mount of the OCI runtime spec. */
export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Files the daemon writes for a container, by their paths on the host. */
export interface ContainerFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  readonly hostname: string;
}

export interface MountsInput {
  readonly hostConfig: HostConfig;
  readonly mounts: readonly ContainerMount[];
  readonly files: ContainerFiles;
  /** Where /dev/shm is on the host when other containers may use it, too. */
  readonly sharedMemory: string | undefined;
  readonly writableCgroups: boolean;
}

const SHM_SIZE = 64 * 1024 * 1024;
const SAFE = ['nosuid', 'noexec', 'nodev'];
/** What stays writable in a container with a read-only root. */
const WRITABLE = new Set(['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue']);

/** The spec's `mounts`: Docker's defaults, then what the user asked for, the outer before the inner. */
export function mountsSection(input: MountsInput): SpecMount[] {
  const tmpfs = Object.entries(input.hostConfig.Tmpfs ?? {}).map(([destination, options]) => tmpfsMount(destination, options.split(',')));
  const user = sorted([...fileMounts(input), ...input.mounts.map(userMount), ...tmpfs]);
  const taken = new Set(user.map((mount) => mount.destination));
  const defaults = defaultMounts(input).filter(
    ({ destination }) => !taken.has(destination) && !(taken.has('/dev') && destination.startsWith('/dev/')),
  );
  return [...defaults, ...user];
}

/** What is bound into the rootfs from the host: the daemon's files, volumes and folders; the outer before the inner. */
export function bindMounts(input: Pick<MountsInput, 'hostConfig' | 'mounts' | 'files'>): SpecMount[] {
  return sorted([...fileMounts(input), ...input.mounts.filter(({ type }) => type !== 'tmpfs').map(userMount)]);
}

function sorted(mounts: SpecMount[]): SpecMount[] {
  return mounts.sort((a, b) => depth(a.destination) - depth(b.destination));
}

function defaultMounts({ hostConfig, sharedMemory, writableCgroups }: MountsInput): SpecMount[] {
  const readOnly = hostConfig.Privileged ? [] : ['ro'];
  const cgroup = hostConfig.Privileged || writableCgroups ? [] : ['ro'];
  const mounts: SpecMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: SAFE },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...SAFE, ...readOnly] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...cgroup, ...SAFE] },
    ...mqueueMount(hostConfig),
    ...sharedMemoryMount(hostConfig, sharedMemory),
  ];
  if (!hostConfig.ReadonlyRootfs) return mounts;
  return mounts.map((mount) =>
    WRITABLE.has(mount.destination) || mount.options.includes('ro') ? mount : { ...mount, options: [...mount.options, 'ro'] },
  );
}

/** With the host's IPC the host's queues are shown too, where they are mounted. */
function mqueueMount({ IpcMode }: HostConfig): SpecMount[] {
  if (IpcMode === 'host') {
    if (!existsSync('/dev/mqueue')) return [];
    return [{ destination: '/dev/mqueue', type: 'bind', source: '/dev/mqueue', options: ['rbind', ...SAFE] }];
  }
  return [{ destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: SAFE }];
}

function sharedMemoryMount({ IpcMode, ShmSize }: HostConfig, shared: string | undefined): SpecMount[] {
  if (IpcMode === 'none') return [];
  if (shared !== undefined) return [{ destination: '/dev/shm', type: 'bind', source: shared, options: ['rbind', 'rprivate', ...SAFE] }];
  const size = ShmSize && ShmSize > 0 ? ShmSize : SHM_SIZE;
  return [{ destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...SAFE, 'mode=1777', `size=${size}`] }];
}

function fileMounts({ files, hostConfig, mounts }: Pick<MountsInput, 'hostConfig' | 'mounts' | 'files'>): SpecMount[] {
  const taken = new Set(mounts.map((mount) => mount.destination));
  const options = ['rbind', 'rprivate', ...(hostConfig.ReadonlyRootfs ? ['ro'] : [])];
  const all = [
    { destination: '/etc/resolv.conf', source: files.resolvConf },
    { destination: '/etc/hostname', source: files.hostname },
    { destination: '/etc/hosts', source: files.hosts },
  ];
  return all.filter(({ destination }) => !taken.has(destination)).map((file) => ({ ...file, type: 'bind', options }));
}

function userMount(mount: ContainerMount): SpecMount {
  if (mount.type === 'tmpfs') return tmpfsMount(mount.destination, mount.options ?? []);
  if (mount.rootfs) {
    const { type, source, options } = mount.rootfs;
    return { destination: mount.destination, type, source, options: [...options, ...(mount.writable ? [] : ['ro'])] };
  }
  const options = [mount.nonRecursive ? 'bind' : 'rbind', mount.propagation || 'rprivate'];
  if (!mount.writable) options.push('ro', ...(mount.recursiveReadOnly ? ['rro'] : []));
  return { destination: mount.destination, type: 'bind', source: mount.source, options };
}

function tmpfsMount(destination: string, options: readonly string[]): SpecMount {
  const given = options.filter((option) => option !== '');
  const contradicted = (option: string) => given.includes(option.replace(/^no/, ''));
  return {
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [...SAFE.filter((option) => !contradicted(option) && !given.includes(option)), ...given],
  };
}

function depth(path: string): number {
  return path.split('/').filter(Boolean).length;
}
