import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NanoClock } from '../base/nano-clock.js';
import type { DaemonEvent } from './event.js';
import type { EventHistory } from './history.js';

export type { DaemonEvent } from './event.js';

export type EventListener = (event: DaemonEvent) => void;

const KEPT = 256;

/** What happens in the daemon, told to whoever listens, in order; all are kept in the history, the last 256 at hand. */
@Injectable()
export class Events implements OnApplicationShutdown {
  private readonly past: DaemonEvent[];
  private readonly listeners = new Set<EventListener>();
  private readonly clients = new Set<EventListener>();
  private lastNano: bigint;
  private readonly clock = new NanoClock();
  private published = 0;

  /** Without a history nothing is remembered but what is at hand. */
  constructor(private readonly history?: EventHistory) {
    this.past = history?.last(KEPT) ?? [];
    this.lastNano = this.past.at(-1)?.timeNano ?? 0n;
  }

  /** Tells everyone, now. Times never repeat and never go back. */
  publish(type: DaemonEvent['Type'], action: string, id: string, attributes: Readonly<Record<string, string>> = {}): DaemonEvent {
    const now = this.clock.now();
    const timeNano = now > this.lastNano ? now : this.lastNano + 1n;
    this.lastNano = timeNano;
    this.published += 1;
    const event: DaemonEvent = {
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Number(timeNano / 1_000_000_000n),
      timeNano,
    };
    this.history?.add(event);
    this.past.push(event);
    if (this.past.length > KEPT) this.past.shift();
    for (const listener of this.listeners) listener(event);
    return event;
  }

  /** What happened from a moment until this one, in order: a listener that has just been added hears all the rest. */
  since(from: bigint): Iterable<DaemonEvent> {
    return this.history?.between(from, this.lastNano) ?? this.past.filter((event) => event.timeNano >= from);
  }

  onApplicationShutdown(): void {
    this.history?.flush();
  }

  /** How many this daemon has told. */
  get publishedCount(): number {
    return this.published;
  }

  /** How many clients listen; the daemon's own rooms do not count. */
  get clientCount(): number {
    return this.clients.size;
  }

  /**
   * Listens from now on; there is no gap between the returned past and the first call.
   * @param isClient whether it is somebody outside of the daemon who listens
   */
  subscribe(listener: EventListener, { isClient = false } = {}): { past: readonly DaemonEvent[]; unsubscribe: () => void } {
    this.listeners.add(listener);
    if (isClient) this.clients.add(listener);
    const unsubscribe = () => {
      this.listeners.delete(listener);
      this.clients.delete(listener);
    };
    return { past: [...this.past], unsubscribe };
  }
}
