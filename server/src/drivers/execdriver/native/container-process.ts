import { conflict } from '../../../base/errors.js';
import { runtime } from '../../../libcontainer/index.js';
import type { ExecCommand, ExecProcess } from '../driver.js';
import { startExec } from '../exec-process.js';
import { isGone, limitError } from '../failure.js';
import { streamBits } from '../protocol.js';
import { ShimProcess, type ContainerPlace } from '../shim-process.js';

export interface NativePlace extends ContainerPlace {
  /** Its `linux.seccomp` as JSON, "" for none. */
  readonly seccomp: string;
}

/** A container whose process the shim has made itself. */
export class NativeProcess extends ShimProcess<NativePlace> {
  async start(): Promise<void> {
    try {
      await this.control.request('start');
    } catch (error) {
      this.control.end();
      throw error;
    }
  }

  async signal(signal: number): Promise<void> {
    await this.control.request('signal', signal);
  }

  async pause(): Promise<void> {
    if (this.place.cgroup === '') throw conflict(`container ${this.id} cannot be paused: this daemon may make no cgroups`);
    return this.whileItLives(runtime.freeze(this.place.cgroup, true));
  }

  /** What has ended meanwhile is not frozen any more. */
  async resume(): Promise<void> {
    await runtime.freeze(this.place.cgroup, false).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  async update(resources: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.place.cgroup === '') throw conflict(`container ${this.id} has no limits to change: this daemon may make no cgroups`);
    return runtime.update(this.place.cgroup, JSON.stringify(resources)).catch((error: unknown) => {
      throw limitError(error);
    });
  }

  exec(command: ExecCommand): Promise<ExecProcess> {
    const { cgroup, seccomp } = this.place;
    const options = {
      process: { ...command.process, terminal: command.tty },
      pid: this.pid,
      cgroupsPath: cgroup,
      tty: command.tty,
      streams: streamBits(command.attach),
      rows: command.consoleSize?.rows ?? 0,
      columns: command.consoleSize?.columns ?? 0,
    };
    return startExec({ options: JSON.stringify(options), seccomp, waits: true });
  }
}
