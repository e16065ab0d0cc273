import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import type { AttachRequest, AttachStream } from '../../drivers/execdriver/driver.js';
import { Events } from '../../events/events.js';
import type { Job, JobContext } from '../job.js';
import { detachable, withLog, type AttachedStreams } from './streams/attached-streams.js';
import { parseDetachKeys } from './streams/detach-keys.js';
import { Logs } from './logs/logs.js';

export interface ContainerAttachParams {
  readonly id: string;
  readonly detachKeys?: string;
  readonly logs?: boolean;
  readonly stream?: boolean;
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

export interface Attachment {
  readonly tty: boolean;
  /** Settles when there is a process to be attached to; undefined when there will be none. */
  readonly streams: Promise<AttachedStreams | undefined>;
}

/** Attaches to a container's stdio: to the process that runs, or to the one that will be started next. */
@Injectable()
export class ContainerAttach implements Job<ContainerAttachParams, Attachment> {
  constructor(
    private readonly containers: Containers,
    private readonly logs: Logs,
    private readonly events: Events,
  ) {}

  async run(params: ContainerAttachParams, { signal }: JobContext): Promise<Attachment> {
    const container = this.containers.get(params.id);
    const { id, state, record } = container;
    if (state.paused) throw conflict(`container ${id} is paused, unpause the container before attach`);
    if (state.restarting) throw conflict(`container ${id} is restarting, wait until the container is running`);
    const stdin = (params.stdin ?? false) && (record.config.OpenStdin ?? false);
    const keys = container.tty ? parseDetachKeys(params.detachKeys) : undefined;
    this.events.publish('container', 'attach', id, eventAttributes(container));
    const request = { stdin, stdout: params.stdout ?? false, stderr: params.stderr ?? false };
    const onDetach = () => this.events.publish('container', 'detach', id, eventAttributes(container));
    const live = params.stream ? this.connect(container, request, signal) : Promise.resolve(undefined);
    const streams = live.then((stream) =>
      stream || params.logs ? this.join(container, params, stream && detachable(stream, stdin, keys, onDetach)) : undefined,
    );
    return { tty: container.tty, streams };
  }

  private connect(container: Container, request: AttachRequest, signal: AbortSignal): Promise<AttachStream | undefined> {
    if (container.process) return container.process.attach(request);
    return new Promise((connect) => {
      const waiting = { request, connect, leave: () => connect(undefined) };
      container.attaching.add(waiting);
      signal.addEventListener('abort', () => {
        if (container.attaching.delete(waiting)) waiting.leave();
      });
    });
  }

  /** Puts what was logged before, if that is wanted, before what comes. */
  private join(container: Container, params: ContainerAttachParams, live: AttachedStreams | undefined): AttachedStreams {
    if (live && !params.logs) return live;
    const { stdout = false, stderr = false } = params;
    const none = { tail: params.logs ? undefined : 0, since: undefined, until: undefined, timestamps: false, details: false };
    const request = { stdout, stderr, ...none, frames: !container.tty };
    const log = this.logs.read(container, request, { signal: new AbortController().signal, ended: undefined });
    return { input: live?.input, output: withLog(log, live?.output) };
  }
}
