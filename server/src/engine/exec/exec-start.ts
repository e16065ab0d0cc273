import { Injectable } from '@nestjs/common';
import type { ExecStartConfig } from '../../api/generated/types.gen.js';
import { conflict, notFound } from '../../base/errors.js';
import type { Container } from '../../container/container.js';
import { Execs, type Exec } from '../../container/exec.js';
import { Containers } from '../../container/store.js';
import type { ExecProcess } from '../../drivers/execdriver/driver.js';
import { detachable, endingWith, type AttachedStreams } from '../container/streams/attached-streams.js';
import { parseDetachKeys } from '../container/streams/detach-keys.js';
import type { Job } from '../job.js';
import { Processes } from './processes.js';

/** What an exec that is being started is to its caller. `streams` rejects when the command cannot be run; it is nothing when it is detached. */
export interface StartedExec {
  readonly tty: boolean;
  readonly streams: Promise<AttachedStreams | undefined>;
}

/** Starts a prepared exec and attaches to it. */
@Injectable()
export class ExecStart implements Job<{ id: string; config: ExecStartConfig }, StartedExec> {
  constructor(
    private readonly containers: Containers,
    private readonly execs: Execs,
    private readonly processes: Processes,
  ) {}

  async run({ id, config }: { id: string; config: ExecStartConfig }): Promise<StartedExec> {
    const exec = this.execs.get(id);
    const container = this.containers.find(exec.containerId);
    if (!container) throw notFound(`No such container: ${exec.containerId}`);
    if (exec.running) throw conflict(`Error: Exec command ${id} is already running`);
    if (exec.started) throw conflict(`Error: Exec command ${id} has already run`);
    const [rows, columns] = config.ConsoleSize ?? exec.config.ConsoleSize ?? [0, 0];
    const starting = this.processes.start(container, exec, rows > 0 ? { rows, columns } : undefined);
    const tty = exec.config.Tty ?? false;
    if (!config.Detach) return { tty, streams: starting.then((process) => this.attach(container, exec, process)) };
    const { stream } = await starting;
    stream.resume();
    return { tty, streams: Promise.resolve(undefined) };
  }

  private attach(container: Container, exec: Exec, { stream, exit }: ExecProcess): AttachedStreams {
    const { Tty, DetachKeys, AttachStdin } = exec.config;
    const onDetach = () => this.processes.tell(container, 'exec_detach', exec);
    const { output, input } = detachable(stream, AttachStdin ?? false, Tty ? parseDetachKeys(DetachKeys) : undefined, onDetach);
    return { output: endingWith(output, exit), input };
  }
}
