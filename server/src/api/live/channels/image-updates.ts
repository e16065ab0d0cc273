import { Injectable } from '@nestjs/common';
import { ImageUpdates } from '../../../deploy/image-updates.js';
import { Events, type DaemonEvent } from '../../../events/events.js';
import type { ImageUpdate } from '../../generated/dashboard/types.gen.js';
import { toImageUpdate } from '../answers.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** What registries said of the images that are here; told anew when they are asked, and when images come and go. */
@Injectable()
export class ImageUpdatesChannel implements ChannelSource<'imageUpdates'> {
  readonly kind = 'imageUpdates';
  private readonly feed: ListFeed<ImageUpdate, DaemonEvent | undefined>;

  constructor(updates: ImageUpdates, events: Events) {
    const source = {
      subscribe: (listener: (event: DaemonEvent | undefined) => void) => {
        const both = [updates.subscribe(() => listener(undefined)), events.subscribe(listener)];
        return { unsubscribe: () => both.forEach(({ unsubscribe }) => unsubscribe()) };
      },
    };
    this.feed = new ListFeed(source, {
      key: ({ reference }) => reference,
      read: async () => (await updates.list()).map(toImageUpdate),
      touched: (event) => (event === undefined || event.Type === 'image' ? 'all' : []),
    });
  }

  serve(_: Fields, channel: Channel<ListChange<ImageUpdate>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
