import { Injectable } from '@nestjs/common';
import type { ImageSummary } from '../../generated/types.gen.js';
import { Engine } from '../../../engine/engine.js';
import { ImageList } from '../../../engine/image/list.js';
import { Events } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** All images, as ImageList shows them. */
@Injectable()
export class ImagesChannel implements ChannelSource<'images'> {
  readonly kind = 'images';
  private readonly feed: ListFeed<ImageSummary>;

  constructor(engine: Engine, events: Events) {
    this.feed = new ListFeed(events, {
      key: ({ Id }) => Id,
      read: () => engine.run(ImageList, {}),
      // An event names an image as its client did, which the list does not.
      touched: ({ Type }) => (Type === 'image' ? 'all' : []),
    });
  }

  serve(_: Fields, channel: Channel<ListChange<ImageSummary>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
