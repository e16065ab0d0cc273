import { notFound } from '../../../base/errors.js';
import type { Events } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import { ListFeed } from '../list-feed.js';
import type { EndReason } from '../protocol.js';

/** Names of things, kept up by events of the volume kind. */
export class Names implements ChannelSource<'volumes'> {
  readonly kind = 'volumes';
  readonly names = new Map<string, number>();
  readonly reads: (readonly string[] | undefined)[] = [];
  broken = false;
  staleAfter: number | undefined;
  readonly feed: ListFeed<{ Name: string; size: number }>;

  constructor(readonly events: Events) {
    this.feed = new ListFeed(events, {
      key: ({ Name }) => Name,
      touched: ({ Type, Actor }) => (Type === 'volume' ? [Actor.ID] : []),
      staleAfter: () => this.staleAfter,
      read: async (keys) => {
        this.reads.push(keys);
        if (this.broken) throw notFound('the list is gone');
        return [...this.names].filter(([name]) => !keys || keys.includes(name)).map(([Name, size]) => ({ Name, size }));
      },
    });
  }

  set(name: string, size: number): void {
    this.names.set(name, size);
    this.events.publish('volume', 'create', name);
  }

  delete(name: string): void {
    this.names.delete(name);
    this.events.publish('volume', 'destroy', name);
  }

  serve(_: unknown, channel: Channel): Promise<void> {
    return this.feed.serve(channel as never);
  }
}

/** Echoes what is typed, in lots of output; tells when it has been torn down. */
export class Echo implements ChannelSource<'terminal'> {
  readonly kind = 'terminal';
  sent = 0;
  open = 0;

  async serve(_: unknown, channel: Channel<Uint8Array>): Promise<EndReason> {
    this.open += 1;
    const typed = Promise.withResolvers<string>();
    const size = Promise.withResolvers<string>();
    channel.connect({
      input: (data) => typed.resolve(Buffer.from(data).toString()),
      resize: (rows, columns) => size.resolve(`${rows}x${columns}`),
    });
    while (this.sent < 256 * 1024 && !channel.signal.aborted) {
      this.sent += 16 * 1024;
      await channel.send(new Uint8Array(16 * 1024), 16 * 1024);
    }
    if (!channel.signal.aborted) await channel.send(Buffer.from(`${await typed.promise} ${await size.promise}`), 1);
    this.open -= 1;
    return { exitCode: 3 };
  }
}
