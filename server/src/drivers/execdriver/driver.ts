import type { Duplex, Readable } from 'node:stream';
import type { LogTarget } from '../../base/log-target.js';
import type { RootfsMount } from '../../base/rootfs-mount.js';

/** An OCI runtime spec 1.2 (config.json). Built by `container/oci-spec`, read by the runtime. */
export type OciSpec = Record<string, unknown> & { readonly ociVersion: string };

/** Everything needed to make one container's process. */
export interface ContainerCommand {
  readonly id: string;
  readonly spec: OciSpec;
  /** Name of an OCI runtime that the daemon was configured with; undefined is our own. */
  readonly runtime?: string;
  readonly rootfs: readonly RootfsMount[];
  readonly tty: boolean;
  /** Keep stdin open for attached clients; otherwise it is /dev/null. */
  readonly openStdin: boolean;
  /** Close stdin when the first attached client's input ends. */
  readonly stdinOnce: boolean;
  readonly log: LogTarget;
  /** First size of the console, in characters. */
  readonly consoleSize?: { readonly rows: number; readonly columns: number };
}

/** How a process ended. */
export interface ExitStatus {
  /** Exit code; 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  /** Signal that ended it, 0 when none did. */
  readonly signal: number;
  /** True when the kernel's OOM killer struck in its cgroup. */
  readonly oomKilled: boolean;
  /** When, as milliseconds since 1970, with fractions. */
  readonly finishedAt: number;
}

export interface AttachRequest {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/**
 * A connection to a process's stdio. Reading gives Docker's multiplexed frames (8-byte header: stream, 0, 0, 0,
 * big-endian length) or, of a tty, raw bytes; it ends when the process and all holders of its output have ended.
 * Writing goes to stdin; `end()` half-closes it. Back-pressure works both ways.
 */
export type AttachStream = Duplex;

export interface ExecCommand {
  /** Docker's exec ID. */
  readonly id: string;
  /** OCI `process` object: args, env, cwd, user, capabilities, noNewPrivileges, apparmorProfile, rlimits. */
  readonly process: Readonly<Record<string, unknown>>;
  readonly tty: boolean;
  /** Which streams the caller will attach; the others are /dev/null or dropped. */
  readonly attach: AttachRequest;
  readonly consoleSize?: { readonly rows: number; readonly columns: number };
}

/** A process started by `exec` in a running container. */
export interface ExecProcess {
  /** Pid as the host sees it. */
  readonly pid: number;
  /** Open from the first byte on. */
  readonly stream: AttachStream;
  readonly exit: Promise<ExitStatus>;
  resize(rows: number, columns: number): Promise<void>;
  signal(signal: number): Promise<void>;
}

/** Counters of a container's cgroup. Bytes and nanoseconds; undefined where the kernel does not tell. */
export interface CgroupStats {
  readonly cpu: {
    readonly totalUsage: number;
    readonly user: number;
    readonly system: number;
    readonly perCpu: readonly number[];
    readonly periods: number;
    readonly throttledPeriods: number;
    readonly throttledTime: number;
  };
  readonly memory: {
    readonly usage: number;
    readonly maxUsage: number | undefined;
    /** 0 or at least the host's memory when not limited. */
    readonly limit: number;
    readonly failcnt: number | undefined;
    /** memory.stat as it stands. */
    readonly stats: Readonly<Record<string, number>>;
  };
  readonly pids: { readonly current: number; readonly limit: number };
  readonly blkio: readonly { readonly major: number; readonly minor: number; readonly op: string; readonly value: number }[];
}

/** What a container uses, as far as it is shown of all of them. Bytes and nanoseconds, counted since its start. */
export interface Usage {
  readonly cpu: number;
  /** Without the page cache that can be dropped at once. */
  readonly memory: number;
  /** More than the host's memory when there is none. */
  readonly memoryLimit: number;
  readonly received: number;
  readonly sent: number;
  readonly blockRead: number;
  readonly blockWritten: number;
  readonly pids: number;
}

/** A mount bound into a rootfs: one of type bind of an OCI spec's `mounts`. */
export interface BindMount {
  readonly destination: string;
  readonly type: string;
  /** Path on the host. */
  readonly source: string;
  readonly options: readonly string[];
}

/** A container's file system while no process shows it. */
export interface RootfsRequest {
  readonly rootfs: readonly RootfsMount[];
  /** What is bound into it, the outer before the inner. */
  readonly binds: readonly BindMount[];
  /** The rootfs cannot be written to; binds keep their own options. */
  readonly readOnly: boolean;
}

/** What is known of a path in a rootfs. */
export interface PathStat {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bits of Go's fs.FileMode. */
  readonly mode: number;
  /** Milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Of a symlink: where it leads, absolute in the rootfs; otherwise ''. */
  readonly linkTarget: string;
}

export interface UnpackOptions {
  /** A folder does not take the place of something else, nor the other way round. */
  readonly keepKinds: boolean;
  /** Owner of everything, instead of the archive's. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Permissions of everything but symlinks, instead of the archive's. */
  readonly mode?: number;
}

/**
 * A container's file system, open, with what is mounted in it. Paths are absolute in it; symlinks on the way are followed
 * inside it and nothing leads out of it, whatever its processes do meanwhile; the last part of a path is followed only when
 * it ends in "/" or "/.". Nothing in it is run or loaded.
 * @throws NotFound where a path is not there, InvalidParameter where it leads through what is no folder, Forbidden where
 *   it cannot be written to
 */
export interface Rootfs {
  stat(path: string): Promise<PathStat>;
  /** A tar of what `path` is, with all that is in it; called `name` there. */
  pack(path: string, name: string): Readable;
  /** A tar of everything but what is mounted in it. */
  packAll(): Readable;
  /** A layer tar of what this has over `below`, with whiteouts for what it has no more; both of the same driver. */
  packChanges(below: Rootfs): Readable;
  /** Unpacks a tar, compressed or not, into the folder `path` (followed in any case). @throws InvalidParameter also for a bad archive */
  unpack(path: string, tar: AsyncIterable<Buffer>, options: UnpackOptions): Promise<void>;
  /** Names in a folder, sorted. This and what follows follows symlinks to their end, inside the file system. */
  names(path: string): Promise<string[]>;
  /** "sha256:…" of a file or a whole tree: of all but times, owners and its own name. */
  digest(path: string): Promise<string>;
  /** The bytes of a regular file. The stream fails with InvalidParameter for anything else. */
  read(path: string): Readable;
  /** Whether a regular file is a tar, compressed or not. */
  isTar(path: string): Promise<boolean>;
  /** Makes the folder `path`, of root and for all to read. @throws Conflict when there is something */
  makeFolder(path: string): Promise<void>;
  /** Gives what `from` is the path `to`. @throws Conflict when there is something, or something mounted in `from` */
  move(from: string, to: string): Promise<void>;
  /** Deletes what `path` is with all that is in it. @throws Conflict when something is mounted in it */
  remove(path: string): Promise<void>;
  /** To be called when no stream of it is read any more. */
  close(): Promise<void>;
}

/** A container's process: created (waiting before `execve`), running or paused. */
export interface ContainerProcess {
  readonly id: string;
  /** Pid of the container's init as the host sees it; /proc/PID/ns/* are its namespaces. */
  readonly pid: number;
  /** Its `linux.cgroupsPath`. */
  readonly cgroup: string;
  /** Settles once, when the process has ended and its output has reached the log. Never rejects. */
  readonly exit: Promise<ExitStatus>;
  /**
   * Lets a created process `execve`. Resolves when that has succeeded.
   * @throws NotFound the command is not in the image, or the working folder cannot be used (Docker's exit code 127)
   * @throws InvalidParameter it cannot be executed (exit code 126); the process is then gone
   */
  start(): Promise<void>;
  /** Opens a connection to stdio, before or after start; before, it misses nothing. */
  attach(request: AttachRequest): Promise<AttachStream>;
  resize(rows: number, columns: number): Promise<void>;
  /** Sends a signal to init, by pidfd. Resolves also when it has already ended. */
  signal(signal: number): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Applies an OCI `linux.resources` object to the running container's cgroup. */
  update(resources: Readonly<Record<string, unknown>>): Promise<void>;
  stats(): Promise<CgroupStats>;
  /** Pids in the cgroup as the host sees them. */
  pids(): Promise<number[]>;
  /**
   * Runs one more process in the container.
   * @throws NotFound, InvalidParameter as `start`
   */
  exec(command: ExecCommand): Promise<ExecProcess>;
  /** Opens the file system that its init sees; undefined when init has ended. */
  openRootfs(): Promise<Rootfs | undefined>;
  /** Removes what is left after the exit: bundle, sockets, cgroup. Also kills a created process that is never to start. */
  dispose(): Promise<void>;
}

/**
 * Runs containers.
 *
 * const process = await driver.create(command);       // namespaces made, waiting
 * await network.join(process.pid);                     // its network is filled in
 * const stream = await process.attach(request);        // clients miss no byte
 * await process.start();                               // execve
 * const { exitCode } = await process.exit;
 * await process.dispose();
 */
export interface ExecDriver {
  readonly name: string;
  /**
   * @throws System with the step that failed, or already here what `start` throws, where a runtime looks for the command
   *   at once; nothing is left behind then
   */
  create(command: ContainerCommand): Promise<ContainerProcess>;
  /**
   * Takes over what a former daemon left: a live process, or the exit record of one that ended meanwhile
   * (its `dispose` removes the record), or undefined when there is no trace of it.
   */
  adopt(id: string): Promise<ContainerProcess | undefined>;
  /** One look at many processes, far cheaper than `stats` of each; undefined for those that have ended. */
  usage(processes: readonly Pick<ContainerProcess, 'cgroup' | 'pid'>[]): Promise<(Usage | undefined)[]>;
  /** Opens a file system that no process shows, without mounting anything where others see it. The layer must not be in use. */
  openRootfs(request: RootfsRequest): Promise<Rootfs>;
  /** IDs of everything this driver still holds under the exec root. */
  list(): Promise<string[]>;
}

/** Nest token of the ExecDriver in use. */
export const EXEC_DRIVER = Symbol('ExecDriver');
