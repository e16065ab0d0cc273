/** A difference between a container's view here and with Debian's Docker 20.10. */
export interface Difference {
  /** Why it is so. */
  readonly why: string;
  /** What it is here, where every kernel shows it. */
  readonly ours?: string;
}

const calls = (why: string, ours: string, ...numbers: number[]) =>
  numbers.map((number): [string, Difference] => [`call ${number}`, { why, ours }]);
const rows = (why: string, ours: string | undefined, ...names: string[]) =>
  names.map((name): [string, Difference] => [name, { why, ...(ours !== undefined && { ours }) }]);

/** Every difference there is, by the name of its row. Stricter, or a newer release of Docker's own profile. */
export const NAMED: Readonly<Record<string, Difference>> = Object.fromEntries([
  ...calls("io_uring is refused by Docker's newer profile", 'refused', 425, 426, 427),
  ...rows("AF_ALG and AF_VSOCK are refused by Docker's newer profile", 'refused', 'socket 38', 'socket 40'),
  ...calls("name_to_handle_at is allowed by Docker's newer profile: it opens nothing", 'passed', 303),
  ...calls('process_vm_readv and process_vm_writev are as safe as ptrace, which kernels allow since 4.8', 'passed', 310, 311),
  ...calls('memory protection keys are of the process itself', 'passed', 329, 330, 331),
  ...[450, 451, 452, 454, 455, 456].flatMap((number) =>
    rows("calls of newer kernels that Docker's newer profile allows", undefined, `call ${number}`),
  ),
  ...rows('cgroups cannot be written to: neither can the folder that they are in', 'tmpfs ro nosuid nodev noexec', 'mount /sys/fs/cgroup'),
  ...rows('the time of interrupts tells of other containers', 'empty', 'read /proc/interrupts'),
  ...rows(
    "files are masked with the host's own /dev/null, which no image can replace",
    undefined,
    'mount /proc/interrupts',
    'mount /proc/keys',
    'mount /proc/timer_list',
  ),
  ...rows(
    'folders are masked with an empty tmpfs that is restricted in every way',
    'tmpfs ro nosuid nodev noexec',
    'mount /proc/acpi',
    'mount /sys/firmware',
  ),
  ...rows('without IPv6 it is switched off on the interface, not on all', undefined, 'file /proc/sys/net/ipv6/conf/all/disable_ipv6'),
]);
