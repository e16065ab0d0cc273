import { Injectable } from '@nestjs/common';
import { systemError } from '../../../base/errors.js';
import { eventAttributes } from '../../../container/attributes.js';
import type { Container } from '../../../container/container.js';
import type { EndRequest } from '../../../container/end-request.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import { parseSignal } from '../../../base/signals.js';
import { timerMs } from '../../../base/timers.js';

const SIGKILL = 9;
const DEFAULT_STOP_SECONDS = 10;
/** How long a killed process may take to be gone. */
const KILL_MILLISECONDS = 10_000;
/** How long it may take until all that it had is given back. */
const SETTLE_MILLISECONDS = 120_000;

export interface StopRequest {
  readonly signal?: string | undefined;
  /** Seconds before it is killed; negative waits for ever. */
  readonly timeout?: number | undefined;
  /** Why; kept with the container. */
  readonly by?: 'stop' | 'restart' | 'shutdown';
}

/** Ends the process of a running container. Holds no lock, so that a second, harder ending gets through. */
@Injectable()
export class Ending {
  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  /** Asks the process to end, kills it when it has not in time, and returns when its exit has been seen to. */
  async stop(container: Container, { signal, timeout, by = 'stop' }: StopRequest): Promise<void> {
    const { config } = container.record;
    const number = parseSignal(signal || config.StopSignal || 'SIGTERM');
    const seconds = timeout ?? config.StopTimeout ?? DEFAULT_STOP_SECONDS;
    const request = { by, signal: number, seconds };
    this.markStopped(container, request);
    if (container.cancelRestart) container.cancelRestart();
    else {
      const gone = exitOf(container);
      await this.send(container, number);
      if (!(await within(gone, seconds < 0 ? undefined : seconds * 1000))) await this.kill(container, { ...request, late: true });
    }
    this.events.publish('container', 'stop', container.id, eventAttributes(container));
  }

  /** Kills the process and returns when its exit has been seen to. @throws System when it does not go */
  async kill(container: Container, request: EndRequest = { by: 'kill', signal: SIGKILL }): Promise<void> {
    this.markStopped(container, request);
    if (container.cancelRestart) return container.cancelRestart();
    const gone = exitOf(container);
    const dead = container.process?.exit ?? Promise.resolve();
    await this.send(container, SIGKILL);
    // A process is gone soon or never; what the end of many containers at once gives back takes its time.
    if ((await within(dead, KILL_MILLISECONDS)) && (await within(gone, SETTLE_MILLISECONDS))) return;
    throw systemError(`cannot kill container: ${container.id}: tried to kill container, but did not receive an exit event`);
  }

  /** Sends a signal. A paused process takes it in after it is resumed, unless it is SIGKILL. */
  async send(container: Container, signal: number): Promise<void> {
    const { process } = container;
    if (!process) return;
    await process.signal(signal);
    if (container.state.paused && container.process === process) await process.resume();
    this.events.publish('container', 'kill', container.id, eventAttributes(container, { signal: String(signal) }));
  }

  /** A person wants the container to end: its restart policy leaves it alone. */
  markStopped(container: Container, endRequest: EndRequest): void {
    this.containers.setState(container, { ...container.state, manuallyStopped: true, endRequest });
  }
}

/** Settles when the container's exit has been seen to; at once when it does not run. */
function exitOf(container: Container): Promise<unknown> {
  return container.process ? container.exits.next(new AbortController().signal) : Promise.resolve();
}

/** Whether `done` settles in time. @param milliseconds undefined waits for ever */
async function within(done: Promise<unknown>, milliseconds: number | undefined): Promise<boolean> {
  if (milliseconds === undefined) return done.then(() => true);
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, timerMs(milliseconds), false);
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
