import { Injectable } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { Pending } from '../pending.js';
import type { EndReason, PullProgress } from '../protocol.js';
import { progressKey, Pulls } from '../pulls.js';

/** Shortest time between two messages; milliseconds. More than ten a second nobody can see. */
const PAUSE = 100;

/** The pull of an image, which goes on when the page leaves. What a layer tells between two messages is merged. */
@Injectable()
export class PullChannel implements ChannelSource<'pull'> {
  readonly kind = 'pull';

  constructor(private readonly pulls: Pulls) {}

  async serve(params: Fields, channel: Channel<PullProgress[]>): Promise<EndReason> {
    const pull = this.pulls.join(params.text('reference'), params.optionalText('platform'), params.flag('start'));
    const finished = new AbortController();
    const pending = new Pending<Map<string, PullProgress>>(
      () => new Map(),
      ({ size }) => size === 0,
      AbortSignal.any([channel.signal, finished.signal]),
    );
    const { unsubscribe } = pull.subscribe((message) => pending.add((waiting) => waiting.set(progressKey(message), message)));
    const ended = pull.ended.then((task) => {
      finished.abort();
      return task;
    });
    try {
      for (let messages = await pending.take(); messages; messages = await pending.take()) {
        await channel.send([...messages.values()]);
        await Promise.race([wait(PAUSE), ended]);
      }
      if (channel.signal.aborted) return {};
      const rest = [...pending.drain().values()];
      if (rest.length > 0) await channel.send(rest);
      const { error } = await ended;
      return error === undefined ? {} : { error };
    } finally {
      unsubscribe();
    }
  }
}
