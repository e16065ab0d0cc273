/**
 * Containers and their processes. Every function works on a thread of the pool; a failed system call rejects with an
 * Error that has `code`, `syscall` and `path`.
 */

export interface ContainerLaunch {
  /** Folder of the container, made if it is missing: config.json, shim.sock and exit.json live there. Absolute. */
  readonly bundle: string;
  /** The OCI runtime spec as JSON. */
  readonly config: string;
  /** What is not in the spec, as JSON: rootfs, tty, openStdin, stdinOnce, log, rows, columns. */
  readonly options: string;
  /** The spec's `linux.seccomp` as JSON, "" for none. */
  readonly seccomp: string;
}

export interface ExecLaunch {
  /** JSON: process, pid of the container's init, cgroupsPath, tty, streams, rows, columns. */
  readonly options: string;
  readonly seccomp: string;
}

export interface Shim {
  /** Of the shim itself; to be reaped when its control connection has ended. */
  readonly pid: number;
  /** Descriptor of the control connection (shim/protocol.h), owned by the caller. */
  readonly control: number;
  /** Descriptor of the stdio of an exec, -1 for a container. */
  readonly stream: number;
}

export function launchContainer(launch: ContainerLaunch): Promise<Shim>;
export function launchExec(launch: ExecLaunch): Promise<Shim>;

/** Waits for the end of a shim that this process started. Resolves at once for one that it did not. */
export function reap(pid: number): Promise<void>;

/** Counters of a cgroup. Times in nanoseconds, memory in bytes; -1 stands for what the kernel does not tell. */
export interface Stats {
  cpuTotal: number;
  cpuUser: number;
  cpuSystem: number;
  cpuEach: number[];
  periods: number;
  throttledPeriods: number;
  throttledTime: number;
  memoryUsage: number;
  memoryPeak: number;
  /** -1 when there is none. */
  memoryLimit: number;
  memoryFailures: number;
  memory: Record<string, number>;
  pidsCurrent: number;
  /** 0 when there is none. */
  pidsLimit: number;
  block: { major: number; minor: number; op: string; value: number }[];
}

/** A cgroup is named by an OCI `linux.cgroupsPath`; ENOENT when there is none of that name. */
export function stats(cgroup: string): Promise<Stats>;
/**
 * What is shown of many containers, read at one go. `pids` has a process of each, of whose network namespace the interfaces are counted.
 * @returns eight numbers of each: CPU time, memory without the cache that can be dropped, its limit (2^64 or so without one), bytes received
 *   and sent by all interfaces but loopback, bytes read from and written to disks, pids; the first is NaN when there is no such cgroup
 */
export function usage(cgroups: readonly string[], pids: readonly number[]): Promise<Float64Array>;
export function pids(cgroup: string): Promise<number[]>;
/** Resolves when every process in it is frozen or thawed. */
export function freeze(cgroup: string, frozen: boolean): Promise<void>;
/** @param resources an OCI `linux.resources` object as JSON */
export function update(cgroup: string, resources: string): Promise<void>;
/** Removes it if it is empty. Resolves also when it is not, or when there is none. */
export function removeEmpty(cgroup: string): Promise<void>;
/** Kills every process in it and removes it. Resolves also when there is none. */
export function destroy(cgroup: string): Promise<void>;

/** Descriptors of a rootfs that no process shows, owned by the caller; when both are closed, all of it is unmounted. */
export interface RootfsView {
  /** Its "/", to be reached as /proc/self/fd/N (O_PATH). */
  readonly root: number;
  /** Its mount namespace; to be closed after `root`. */
  readonly space: number;
}

/**
 * Mounts a rootfs in a mount namespace of its own, which no process is in: nobody else sees it.
 * @param request JSON: rootfs (array of {type, source, options}), binds (OCI mounts of type bind, the outer before the
 *   inner), readOnly (boolean: the rootfs cannot be written to)
 */
export function viewRootfs(request: string): Promise<RootfsView>;
