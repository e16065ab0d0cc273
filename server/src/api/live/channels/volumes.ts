import { Injectable } from '@nestjs/common';
import type { Volume } from '../../generated/types.gen.js';
import { Engine } from '../../../engine/engine.js';
import { VolumeList } from '../../../engine/volume/list.js';
import { Events } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** All volumes, as VolumeList shows them. */
@Injectable()
export class VolumesChannel implements ChannelSource<'volumes'> {
  readonly kind = 'volumes';
  private readonly feed: ListFeed<Volume>;

  constructor(engine: Engine, events: Events) {
    this.feed = new ListFeed(events, {
      key: ({ Name }) => Name,
      read: async () => (await engine.run(VolumeList, {})).Volumes ?? [],
      touched: ({ Type, Action }) => (Type === 'volume' && (Action === 'create' || Action === 'destroy') ? 'all' : []),
    });
  }

  serve(_: Fields, channel: Channel<ListChange<Volume>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
