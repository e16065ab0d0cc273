import { Injectable } from '@nestjs/common';
import type { ContainerSummary } from '../../generated/types.gen.js';
import { ContainerList } from '../../../engine/container/list.js';
import { Engine } from '../../../engine/engine.js';
import { Events, type DaemonEvent } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange } from '../protocol.js';

/** Events of containers that leave what a list shows as it is. */
const UNSEEN = /^(?:exec_|attach$|detach$|top$|resize$|copy$|export$|archive-path$|extract-to-dir$)/;

/** All containers, as ContainerList shows them. */
@Injectable()
export class ContainersChannel implements ChannelSource<'containers'> {
  readonly kind = 'containers';
  private readonly feed: ListFeed<ContainerSummary>;

  constructor(engine: Engine, events: Events) {
    this.feed = new ListFeed(events, {
      key: ({ Id }) => Id,
      read: (ids) => engine.run(ContainerList, { all: true, ...(ids && { filters: JSON.stringify({ id: ids }) }) }),
      touched,
      staleAfter,
    });
  }

  serve(_: Fields, channel: Channel<ListChange<ContainerSummary>>): Promise<void> {
    return this.feed.serve(channel);
  }
}

function touched({ Type, Action, Actor }: DaemonEvent): readonly string[] | 'all' {
  if (Type === 'container') return UNSEEN.test(Action) ? [] : [Actor.ID];
  const { container } = Actor.Attributes;
  if (Type === 'network' && container) return [container];
  // A container shows the name of its image.
  return Type === 'image' ? 'all' : [];
}

/** Docker's status tells an age in words; how soon they change depends on the unit. */
function staleAfter(containers: readonly ContainerSummary[]): number | undefined {
  if (containers.some(({ Status }) => Status.includes('second'))) return 5_000;
  return containers.length > 0 ? 30_000 : undefined;
}
