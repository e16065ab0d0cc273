import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { conflict } from '../../base/errors.js';
import { runtime } from '../../libcontainer/index.js';
import { attachTo } from './attach-stream.js';
import { ControlConnection } from './control-connection.js';
import type { AttachRequest, AttachStream, CgroupStats, ContainerProcess, ExecCommand, ExecProcess, ExitStatus, Rootfs } from './driver.js';
import { killWithNamespace, pidsInNamespaceOf } from './pid-namespace.js';
import { isGone } from './failure.js';
import { openProcessRootfs } from './rootfs.js';
import { toCgroupStats } from './stats.js';

/** What stays the same for as long as a container's process lives. */
export interface ContainerPlace {
  readonly id: string;
  /** Folder of config.json, shim.sock and exit.json. */
  readonly bundle: string;
  /** Its `linux.cgroupsPath`. */
  readonly cgroup: string;
  /** Pid of the shim when this process started it, 0 when a former daemon did. */
  readonly shim: number;
}

/** A container whose shim answers, whoever made its process. */
export abstract class ShimProcess<Place extends ContainerPlace> implements ContainerProcess {
  pid = 0;
  private readonly made = Promise.withResolvers<number>();
  private readonly ended = Promise.withResolvers<ExitStatus>();
  private readonly closed = Promise.withResolvers<void>();
  protected readonly control: ControlConnection;
  /** The shim has told the end, and takes the cgroup away itself. */
  private inOrder = false;
  /** Why it could not be made or started. */
  private failure: unknown;

  constructor(
    protected readonly place: Place,
    socket: Socket,
  ) {
    this.control = new ControlConnection(socket, {
      state: (pid) => this.made.resolve((this.pid = pid)),
      exit: (status) => {
        this.inOrder = true;
        this.ended.resolve(status);
      },
      failed: (error) => {
        this.made.reject((this.failure = error));
        this.control.end();
      },
      closed: () => void this.lose(),
    });
    this.made.promise.catch(() => undefined);
  }

  get id(): string {
    return this.place.id;
  }

  get cgroup(): string {
    return this.place.cgroup;
  }

  get exit(): Promise<ExitStatus> {
    return this.ended.promise;
  }

  /** Resolves when its namespaces are made and init waits; rejects when that has failed. */
  async created(): Promise<void> {
    await this.made.promise;
  }

  /** Asks a shim of a former daemon how things stand. */
  async adopted(): Promise<void> {
    this.control.send('subscribe');
    await this.made.promise;
  }

  abstract start(): Promise<void>;
  abstract signal(signal: number): Promise<void>;
  abstract pause(): Promise<void>;
  abstract resume(): Promise<void>;
  abstract update(resources: Readonly<Record<string, unknown>>): Promise<void>;
  abstract exec(command: ExecCommand): Promise<ExecProcess>;

  attach(request: AttachRequest): Promise<AttachStream> {
    return attachTo(this.place.bundle, request);
  }

  async resize(rows: number, columns: number): Promise<void> {
    await this.control.request('resize', rows, columns);
  }

  async stats(): Promise<CgroupStats> {
    const stats = toCgroupStats(await this.whileItLives(runtime.stats(this.place.cgroup)));
    return this.place.cgroup === '' ? { ...stats, pids: { ...stats.pids, current: (await this.pids()).length } } : stats;
  }

  pids(): Promise<number[]> {
    return this.whileItLives(this.place.cgroup === '' ? pidsInNamespaceOf(this.pid) : runtime.pids(this.place.cgroup));
  }

  openRootfs(): Promise<Rootfs | undefined> {
    return openProcessRootfs(this.pid, this.place.cgroup);
  }

  async dispose(): Promise<void> {
    this.control.send('dispose');
    await this.closed.promise;
    await this.forget();
    await rm(this.place.bundle, { recursive: true, force: true });
  }

  /** Its cgroup goes with its last process, and whoever looks at it then is told what has happened. @throws Conflict */
  protected async whileItLives<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw isGone(error) ? conflict(`container ${this.id} is not running`, error) : error;
    }
  }

  /** Called when the shim has gone, before its bundle goes. */
  protected async forget(): Promise<void> {}

  private async destroy(): Promise<void> {
    if (this.place.cgroup !== '') return runtime.destroy(this.place.cgroup).catch(() => undefined);
    if (this.pid !== 0) await killWithNamespace(this.pid);
  }

  /** The shim has ended: in order after a dispose or a failed start, else killed, and then its container with it. */
  private async lose(): Promise<void> {
    this.made.reject(this.failure ?? new Error('the shim of the container has ended'));
    if (this.place.shim !== 0) await runtime.reap(this.place.shim);
    // One that was killed has left its container's processes and cgroup behind.
    if (!this.inOrder) await this.destroy();
    this.ended.resolve({ exitCode: 137, signal: 9, oomKilled: false, finishedAt: Date.now() });
    this.closed.resolve();
  }
}
