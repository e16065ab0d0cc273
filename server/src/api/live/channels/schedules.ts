import { Injectable } from '@nestjs/common';
import { Schedules } from '../../../schedules/schedules.js';
import type { Schedule } from '../../generated/dashboard/types.gen.js';
import { toSchedule } from '../answers.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** All schedules, with their runs. */
@Injectable()
export class SchedulesChannel implements ChannelSource<'schedules'> {
  readonly kind = 'schedules';
  private readonly feed: ListFeed<Schedule, string>;

  constructor(schedules: Schedules) {
    const read = async () => schedules.all().map((schedule) => toSchedule(schedule, schedules.runs(schedule.id)));
    this.feed = new ListFeed(schedules, {
      key: ({ id }) => id,
      read,
      touched: () => 'all',
      // When the next one is due, it is another one's turn.
      staleAfter: (items) =>
        Math.max(1000, Math.min(...items.map(({ next }) => (next ? Date.parse(next) - Date.now() + 500 : 3_600_000)), 3_600_000)),
    });
  }

  serve(_: Fields, channel: Channel<ListChange<Schedule>>): Promise<void> {
    return this.feed.serve(channel);
  }
}
