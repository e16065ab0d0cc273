import { Injectable } from '@nestjs/common';
import type { SystemEventsData } from '../../api/generated/types.gen.js';
import { parseFilters } from '../../base/filters.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { unavailable } from '../../base/errors.js';
import { timerMs } from '../../base/timers.js';
import { eventFilter } from '../../events/event-filter.js';
import { Events, type DaemonEvent } from '../../events/events.js';
import type { Job, JobContext } from '../job.js';

export interface SystemEventsParams {
  readonly query: NonNullable<SystemEventsData['query']>;
  /** Gets each event in turn; the next one waits for it. */
  readonly emit: (event: DaemonEvent) => Promise<void>;
}

/** A client this far behind is cut off rather than shown a stream with holes. */
const BACKLOG = 10_000;

/** Tells what happened since a moment and goes on until another. */
@Injectable()
export class SystemEvents implements Job<SystemEventsParams, void> {
  constructor(private readonly events: Events) {}

  async run({ query, emit }: SystemEventsParams, { signal }: JobContext): Promise<void> {
    const wanted = eventFilter(parseFilters(query.filters));
    const from = query.since ? parseTimestamp('since', query.since) : undefined;
    const until = query.until ? parseTimestamp('until', query.until) : undefined;
    const queue: DaemonEvent[] = [];
    let wake: () => void = () => undefined;
    const listen = (event: DaemonEvent) => {
      queue.push(event);
      wake();
    };
    const { unsubscribe } = this.events.subscribe(listen, { isClient: true });
    // Who asks for the end only means all that is known.
    const past = from === undefined && until === undefined ? [] : this.events.since(from ?? 0n);
    const timer = until === undefined ? undefined : setTimeout(() => wake(), timerMs(Math.max(0, Number(until / 1_000_000n) - Date.now())));
    const stop = () => wake();
    signal.addEventListener('abort', stop);
    try {
      for (const event of past) {
        if (signal.aborted || (until !== undefined && event.timeNano > until)) break;
        if (wanted(event)) await emit(event);
      }
      while (!signal.aborted) {
        const event = queue.shift();
        if (event && (until === undefined || event.timeNano <= until)) {
          if (wanted(event)) await emit(event);
          if (queue.length > BACKLOG) throw unavailable('the client reads events too slowly: connect again with since');
          continue;
        }
        if (until !== undefined && BigInt(Date.now()) * 1_000_000n >= until) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      unsubscribe();
    }
  }
}
