import { Injectable } from '@nestjs/common';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { ListFeed } from '../list-feed.js';
import type { ListChange, TerminalSummary } from '../protocol.js';
import type { TerminalSession } from '../terminals/session.js';
import { TerminalSessions } from '../terminals/sessions.js';

/** The terminals that the daemon keeps, running and lately ended. */
@Injectable()
export class TerminalsChannel implements ChannelSource<'terminals'> {
  readonly kind = 'terminals';
  private readonly feed: ListFeed<TerminalSummary, string>;

  constructor(sessions: TerminalSessions) {
    const read = async () => sessions.all().map(toSummary);
    this.feed = new ListFeed(sessions, { key: ({ id }) => id, read, touched: () => 'all' });
  }

  serve(_: Fields, channel: Channel<ListChange<TerminalSummary>>): Promise<void> {
    return this.feed.serve(channel);
  }
}

function toSummary({ id, containerId, command, user, startedAt, endedAt, viewerCount }: TerminalSession): TerminalSummary {
  return { id, container: containerId, command: [...command], user, startedAt, ...(endedAt && { endedAt }), viewers: viewerCount };
}
