import { Injectable } from '@nestjs/common';
import type { Firing } from '../../../alerts/firing.js';
import { Firings } from '../../../alerts/firings.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { AlertEntry, ListChange } from '../protocol.js';

/** The alerts that last, and those that were lately. */
@Injectable()
export class AlertsChannel implements ChannelSource<'alerts'> {
  readonly kind = 'alerts';
  private readonly feed: ListFeed<AlertEntry, number>;

  constructor(firings: Firings) {
    const read = async () => firings.list().map(toEntry);
    this.feed = new ListFeed(firings, { key: ({ id }) => id, read, touched: () => 'all' });
  }

  serve(_: Fields, channel: Channel<ListChange<AlertEntry>>): Promise<void> {
    return this.feed.serve(channel);
  }
}

function toEntry({ id, ruleName, condition, target, detail, started, ended }: Firing): AlertEntry {
  return {
    id: String(id),
    rule: ruleName,
    condition,
    target: target.name,
    ...(!target.id.startsWith('@') && { container: target.id }),
    detail,
    startedAt: new Date(started).toISOString(),
    ...(ended !== undefined && { endedAt: new Date(ended).toISOString() }),
  };
}
