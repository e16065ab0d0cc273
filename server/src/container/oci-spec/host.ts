import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { MAY_MAKE_CGROUPS } from '../../base/user-namespace.js';
import { hasAppArmor } from '../apparmor.js';

/** What the spec depends on and the kernel decides. */
export interface HostFacts {
  /** In Go's terms, as images name it. */
  readonly architecture: string;
  readonly kernel: { readonly major: number; readonly minor: number };
  readonly cgroupVersion: 1 | 2;
  /** False where this daemon may make no cgroups: containers cannot be limited, counted or frozen then. */
  readonly cgroups: boolean;
  /** Capabilities the daemon can give, by number from 0. */
  readonly capabilities: readonly string[];
  readonly timeNamespace: boolean;
  /** Numbers of the CPUs that can exist, as a list such as 0-7. */
  readonly possibleCpus: string;
  /** Numbers of the CPUs and of the memory nodes that are there, as lists. */
  readonly onlineCpus: string;
  readonly memoryNodes: string;
  /** Memory and swap can be limited together. */
  readonly swapLimit: boolean;
  readonly appArmor: boolean;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  arm64: 'arm64',
  arm: 'arm',
  riscv64: 'riscv64',
  ppc64: 'ppc64le',
  s390x: 's390x',
  loong64: 'loong64',
};

/** Names of the capabilities by their number (capabilities(7)). */
export const CAPABILITIES =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST
  NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE
  SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND
  AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
    .split(/\s+/)
    .map((name) => `CAP_${name}`);

/** Reads the facts of this host once; they do not change while the daemon runs. */
export function readHostFacts(): HostFacts {
  const [major = 0, minor = 0] = release().split(/[.-]/).map(Number);
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const cgroupVersion = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1;
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    kernel: { major, minor },
    cgroupVersion,
    cgroups: MAY_MAKE_CGROUPS,
    capabilities: CAPABILITIES.filter((_, number) => (bounding >> BigInt(number)) & 1n),
    timeNamespace: existsSync('/proc/self/ns/time'),
    possibleCpus: numbersIn('/sys/devices/system/cpu/possible'),
    onlineCpus: numbersIn('/sys/devices/system/cpu/online'),
    memoryNodes: numbersIn('/sys/devices/system/node/online'),
    swapLimit: cgroupVersion === 2 || existsSync('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes'),
    appArmor: hasAppArmor(),
  };
}

/** A list such as 0-7 in a file of sysfs; number 0 alone where the kernel has no such file. */
function numbersIn(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '0';
}

/** The numbers of a list such as 0-3,8. */
export function numbersOf(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
