import type { OciSpec } from '../driver.js';

const CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

/** The mounts that every container of Docker's has. */
export const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', 'nosuid', 'noexec', 'nodev'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'] },
];

/** Parent of the cgroups of a test run. */
export const CGROUP_PARENT = `slipway-execdriver-test-${process.pid}`;

/** The OCI `process` object of a command, as Docker makes it for root. */
export function processOf(args: readonly string[], more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    args,
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=box'],
    cwd: '/',
    user: { uid: 0, gid: 0, additionalGids: [0] },
    capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
    ...more,
  };
}

/** What a test changes of the specification below. */
export interface SpecChanges {
  readonly process?: Readonly<Record<string, unknown>>;
  readonly mounts?: readonly Readonly<Record<string, unknown>>[];
  readonly linux?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** An OCI spec with Docker's default mounts, devices, capabilities and masked paths. */
export function specOf(
  id: string,
  args: readonly string[],
  { process = {}, mounts = [], linux = {}, more = {} }: SpecChanges = {},
): OciSpec {
  return {
    ociVersion: '1.2.0',
    process: processOf(args, process),
    root: { path: 'rootfs', readonly: false },
    hostname: 'box',
    mounts: [...MOUNTS, ...mounts],
    linux: {
      cgroupsPath: `/${CGROUP_PARENT}/${id}`,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      resources: {
        devices: [
          { allow: false, access: 'rwm' },
          ...[
            [1, 5],
            [1, 3],
            [1, 9],
            [1, 8],
            [5, 0],
            [5, 1],
          ].map(([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
          { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
        ],
      },
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/interrupts',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/proc/scsi',
        '/sys/firmware',
        '/sys/devices/virtual/powercap',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      ...linux,
    },
    ...more,
  };
}
