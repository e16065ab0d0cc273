import { Injectable } from '@nestjs/common';
import { LABEL } from '../../../compose/labels.js';
import { GitSources } from '../../../deploy/stack/git/sources.js';
import { Stacks } from '../../../deploy/stack/stacks.js';
import { Events, type DaemonEvent } from '../../../events/events.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange, StackEntry } from '../protocol.js';
import { toGitState } from '../stacks/git-state.js';

/** All stacks: those with files of the daemon's own, and every project that `docker compose` has started. */
@Injectable()
export class StacksChannel implements ChannelSource<'stacks'> {
  readonly kind = 'stacks';
  private readonly feed: ListFeed<StackEntry, DaemonEvent | undefined>;

  constructor(stacks: Stacks, sources: GitSources, events: Events) {
    const subscribe = (listener: (event: DaemonEvent | undefined) => void) => {
      const both = [events.subscribe(listener), stacks.subscribe(() => listener(undefined))];
      return { unsubscribe: () => both.forEach(({ unsubscribe }) => unsubscribe()) };
    };
    const read = async () => {
      const places = await stacks.list();
      const git = new Map(sources.all().map((stack) => [stack.name, toGitState(stack)]));
      return places.map(({ name, own, folder, files }) => ({
        name,
        own,
        folder,
        files: [...files],
        ...(git.has(name) && { git: git.get(name)! }),
      }));
    };
    this.feed = new ListFeed({ subscribe }, { key: ({ name }) => name, read, touched });
  }

  serve(_: Fields, channel: Channel<ListChange<StackEntry>>): Promise<void> {
    return this.feed.serve(channel);
  }
}

function touched(event: DaemonEvent | undefined): readonly string[] | 'all' {
  if (!event) return 'all';
  const { Type, Action, Actor } = event;
  return Type === 'container' && /^(create|destroy)$/.test(Action) && Actor.Attributes[LABEL.project] ? 'all' : [];
}
