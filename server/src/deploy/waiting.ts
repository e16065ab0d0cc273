import { Injectable } from '@nestjs/common';
import type { ContainerInspectResponse } from '../api/generated/types.gen.js';
import { cancelled, conflict } from '../base/errors.js';
import { Events } from '../events/events.js';
import { Inspection } from './inspection.js';

/** Waits for what a container is to become, woken by events. */
@Injectable()
export class Waiting {
  constructor(
    private readonly events: Events,
    private readonly inspection: Inspection,
  ) {}

  /**
   * Resolves when `done` answers true of the container.
   * @param done is asked now and after each of its events; throws when it can never be
   * @throws Cancelled when `signal` is aborted first
   */
  async until(id: string, done: (container: ContainerInspectResponse) => boolean, signal: AbortSignal): Promise<void> {
    let wake = () => {};
    const { unsubscribe } = this.events.subscribe(({ Type, Actor }) => {
      if (Type === 'container' && Actor.ID === id) wake();
    });
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      for (;;) {
        // Armed before it is looked at, so that nothing that happens meanwhile is missed.
        const next = new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted) throw cancelled('it was called off');
        if (done(await this.inspection.container(id))) return;
        await next;
      }
    } finally {
      unsubscribe();
    }
  }

  /** Until its health check passes; for a container without one, until it runs. @throws Conflict when it ends or is unhealthy */
  healthy(id: string, signal: AbortSignal): Promise<void> {
    return this.until(
      id,
      ({ Name, State }) => {
        const { Health, Running, ExitCode, Restarting } = State;
        if (!Running && !Restarting) throw conflict(`${Name.slice(1)} has ended with exit code ${ExitCode}`);
        if (Health?.Status === 'unhealthy')
          throw conflict(`${Name.slice(1)} is unhealthy: ${Health.Log?.at(-1)?.Output?.trim() || 'its check fails'}`);
        return !Health || Health.Status === 'none' ? Running === true : Health.Status === 'healthy';
      },
      signal,
    );
  }

  /** Until it has ended well. @throws Conflict when it ends otherwise */
  completed(id: string, signal: AbortSignal): Promise<void> {
    return this.until(
      id,
      ({ Name, State }) => {
        if (State.Running || State.Restarting || State.Status === 'created') return false;
        if (State.ExitCode !== 0) throw conflict(`${Name.slice(1)} has ended with exit code ${State.ExitCode}`);
        return true;
      },
      signal,
    );
  }
}
