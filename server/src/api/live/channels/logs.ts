import { Injectable } from '@nestjs/common';
import type { Container } from '../../../container/container.js';
import { Containers } from '../../../container/store.js';
import type { LogFollow, LogRequest } from '../../../engine/container/logs/logs.js';
import { Events } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { EVERYTHING, LogSources, readLines, type LogSource } from '../logs/source.js';
import { Pending } from '../pending.js';
import type { LogBatch, LogLine } from '../protocol.js';

/** Lines of one `data`: as many as a page can draw in a frame. */
const BATCH = 2000;
/** Every line there is. */
const ALL = -1;

/** A container's log; followed through its restarts until it is removed. */
@Injectable()
export class LogsChannel implements ChannelSource<'logs'> {
  readonly kind = 'logs';

  constructor(
    private readonly containers: Containers,
    private readonly sources: LogSources,
    private readonly events: Events,
  ) {}

  async serve(params: Fields, channel: Channel<LogBatch>): Promise<void> {
    const source = this.sources.get(params.text('container'));
    const tail = params.count('tail', ALL, Number.MAX_SAFE_INTEGER);
    const part = { since: params.time('since'), until: params.time('until') };
    const request = { ...EVERYTHING, ...part, tail: tail === ALL ? undefined : tail };
    const container = this.containers.find(source.summary.id);
    if (container && params.flag('follow') && part.until === undefined) return this.follow(container, source, request, channel);
    const { signal } = channel;
    const isPage = part.until !== undefined && tail !== ALL;
    const lines = isPage ? this.lastBefore(source, request, tail, signal) : readLines(source, request, { signal, ended: undefined });
    await sendUpTo(channel, lines, params.optionalCount('head', 1, Number.MAX_SAFE_INTEGER) ?? Infinity);
    await channel.send({ lines: [], caughtUp: true });
  }

  /** Goes on from run to run. A container that has never run has no log yet: then its start is waited for. */
  private async follow(container: Container, source: LogSource, request: LogRequest, channel: Channel<LogBatch>): Promise<void> {
    const { signal } = channel;
    const starts = this.startsOf(container.id, signal);
    // Rejects when the channel closes, which ends the reading by itself.
    const ended = container.removal.next(signal).catch(() => undefined);
    let room: Promise<void> | undefined;
    const caughtUp = () => (room ??= channel.send({ lines: [], caughtUp: true }));
    try {
      for (let next = request; ; next = { ...request, tail: undefined }) {
        for await (const lines of readLines(source, next, { signal, ended, caughtUp } satisfies LogFollow)) {
          await room;
          await sendLines(channel, lines);
        }
        await caughtUp();
        if (signal.aborted || !this.containers.find(container.id)) return;
        await starts.next();
      }
    } finally {
      starts.stop();
    }
  }

  /** Waits for starts of a container; none is missed between two waits. A removal and the end of `signal` count as well. */
  private startsOf(id: string, signal: AbortSignal): { next: () => Promise<unknown>; stop: () => void } {
    const pending = new Pending<{ started: boolean }>(
      () => ({ started: false }),
      ({ started }) => !started,
      signal,
    );
    const { unsubscribe } = this.events.subscribe(({ Type, Action, Actor }) => {
      if (Type !== 'container' || Actor.ID !== id || (Action !== 'start' && Action !== 'destroy')) return;
      pending.add((value) => (value.started = true));
    });
    return { next: () => pending.take(), stop: unsubscribe };
  }

  /** The last lines before a time. The driver counts from the end, so that more and more is read until there are enough. */
  private async *lastBefore(source: LogSource, request: LogRequest, tail: number, signal: AbortSignal): AsyncGenerator<LogLine[]> {
    for (const reach of [tail * 4, tail * 32, undefined]) {
      let lines: LogLine[] = [];
      for await (const batch of readLines(source, { ...request, tail: reach }, { signal, ended: undefined })) {
        lines = [...lines, ...batch].slice(-tail);
      }
      if (lines.length < tail && reach !== undefined) continue;
      yield lines;
      return;
    }
  }
}

/** Sends lines until there are enough. */
async function sendUpTo(channel: Channel<LogBatch>, batches: AsyncIterable<LogLine[]>, most: number): Promise<void> {
  let left = most;
  for await (const lines of batches) {
    await sendLines(channel, lines.slice(0, left));
    left -= lines.length;
    if (left <= 0) return;
  }
}

async function sendLines(channel: Channel<LogBatch>, lines: LogLine[]): Promise<void> {
  for (let at = 0; at < lines.length && !channel.signal.aborted; at += BATCH) await channel.send({ lines: lines.slice(at, at + BATCH) });
}
