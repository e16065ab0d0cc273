import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecCommand, ExecProcess, ExitStatus, OciSpec } from '../driver.js';
import { startExec } from '../exec-process.js';
import { streamBits } from '../protocol.js';
import { ShimProcess, type ContainerPlace } from '../shim-process.js';
import { loggedError, type RuntimeCommand } from './runtime-command.js';
import { hostUid, standardProcess } from './spec.js';

export interface OciPlace extends ContainerPlace {
  readonly command: RuntimeCommand;
  readonly spec: OciSpec;
}

/** What a runtime answers about a container that has ended. */
const ENDED = /not running|no such process|stopped|does not exist/i;

/** A container that a runtime's command line has made, held by a shim. */
export class OciProcess extends ShimProcess<OciPlace> {
  private execs = 0;
  private readonly signalling = new Set<Promise<void>>();

  /** A runtime's command takes longer than a process to end: who has sent a signal is told of that first. */
  override get exit(): Promise<ExitStatus> {
    return super.exit.then(async (status) => {
      await Promise.allSettled(this.signalling);
      return status;
    });
  }

  start(): Promise<void> {
    return this.place.command.run('start');
  }

  async signal(signal: number): Promise<void> {
    const sent = this.send(signal);
    this.signalling.add(sent);
    try {
      await sent;
    } finally {
      this.signalling.delete(sent);
    }
  }

  pause(): Promise<void> {
    return this.place.command.run('pause');
  }

  resume(): Promise<void> {
    return this.place.command.run('resume');
  }

  async update(resources: Readonly<Record<string, unknown>>): Promise<void> {
    const file = join(this.place.bundle, 'resources.json');
    await writeFile(file, JSON.stringify(resources), { mode: 0o600 });
    await this.place.command.run('update', { options: ['--resources', file] });
  }

  async exec({ id, process, tty, attach, consoleSize }: ExecCommand): Promise<ExecProcess> {
    const folder = join(this.place.bundle, 'execs', `${id}-${++this.execs}`);
    const log = join(folder, 'log');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'process.json'), JSON.stringify(standardProcess(process, tty, consoleSize)), { mode: 0o600 });
    const files = ['--process', join(folder, 'process.json'), '--pid-file', 'pid', ...(tty ? ['--console-socket', 'console.sock'] : [])];
    const options = {
      runtime: {
        arguments: this.place.command.arguments(log, 'exec', '--detach', ...files, this.id),
        pidFile: 'pid',
        consoleSocket: 'console.sock',
      },
      folder,
      owner: hostUid(this.place.spec, process),
      tty,
      streams: streamBits(attach),
      rows: consoleSize?.rows ?? 0,
      columns: consoleSize?.columns ?? 0,
    };
    try {
      const started = await startExec({ options: JSON.stringify(options), seccomp: '', waits: false });
      void started.exit.then(() => rm(folder, { recursive: true, force: true }));
      return started;
    } catch (error) {
      const reason = await loggedError(log);
      await rm(folder, { recursive: true, force: true });
      throw reason ?? error;
    }
  }

  private async send(signal: number): Promise<void> {
    try {
      await this.place.command.run('kill', { rest: [String(signal)] });
    } catch (error) {
      if (!ENDED.test((error as Error).message)) throw error;
    }
  }

  protected override forget(): Promise<void> {
    return this.place.command.delete();
  }
}
