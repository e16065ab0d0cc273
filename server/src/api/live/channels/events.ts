import { Injectable } from '@nestjs/common';
import type { EventMessage } from '../../generated/types.gen.js';
import { unavailable } from '../../../base/errors.js';
import { parseTimestamp } from '../../../base/timestamp.js';
import { eventMessage } from '../../../engine/system/event-message.js';
import { Events, type DaemonEvent } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { Pending } from '../pending.js';

/** A page this far behind is cut off rather than shown a stream with holes. */
const BACKLOG = 10_000;

/** Everything that happens in the daemon, with what it still knows of the past. */
@Injectable()
export class EventsChannel implements ChannelSource<'events'> {
  readonly kind = 'events';

  constructor(private readonly events: Events) {}

  async serve(params: Fields, channel: Channel<EventMessage[]>): Promise<void> {
    const sinceText = params.optionalText('since');
    const since = sinceText === undefined ? undefined : parseTimestamp('since', sinceText);
    const pending = new Pending<DaemonEvent[]>(
      () => [],
      (events) => events.length === 0,
      channel.signal,
    );
    const { past, unsubscribe } = this.events.subscribe((event) =>
      pending.add((events) => void (events.length <= BACKLOG && events.push(event))),
    );
    try {
      pending.add((events) => events.unshift(...past.filter(({ timeNano }) => since === undefined || timeNano >= since)));
      for (let batch = await pending.take(); batch; batch = await pending.take()) {
        if (batch.length > BACKLOG) throw unavailable('the page reads events too slowly: open it again');
        await channel.send(batch.map((event) => eventMessage(event, false)));
      }
    } finally {
      unsubscribe();
    }
  }
}
