import { Injectable } from '@nestjs/common';
import type { Network } from '../../generated/types.gen.js';
import { Engine } from '../../../engine/engine.js';
import { NetworkList } from '../../../engine/network/list.js';
import { Events } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** All networks, as NetworkList shows them. */
@Injectable()
export class NetworksChannel implements ChannelSource<'networks'> {
  readonly kind = 'networks';
  private readonly feed: ListFeed<Network>;

  constructor(engine: Engine, events: Events) {
    this.feed = new ListFeed(events, {
      key: ({ Id }) => Id,
      read: () => engine.run(NetworkList, {}),
      touched: ({ Type, Action }) => (Type === 'network' && (Action === 'create' || Action === 'destroy') ? 'all' : []),
    });
  }

  serve(_: Fields, channel: Channel<ListChange<Network>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
