import { Injectable } from '@nestjs/common';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange, Task } from '../protocol.js';
import { Tasks } from '../tasks.js';

/** The long jobs that run now or ended lately. */
@Injectable()
export class TasksChannel implements ChannelSource<'tasks'> {
  readonly kind = 'tasks';
  private readonly feed: ListFeed<Task, string>;

  constructor(tasks: Tasks) {
    this.feed = new ListFeed(tasks, { key: ({ id }) => id, read: async () => tasks.all(), touched: () => 'all' });
  }

  serve(_: Fields, channel: Channel<ListChange<Task>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
