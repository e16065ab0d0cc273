import { Injectable } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import type { Channel, ChannelSource } from '../channel.js';
import { deployKey, Deployments } from '../deployments.js';
import type { Fields } from '../fields.js';
import { Pending } from '../pending.js';
import type { DeployProgress, EndReason } from '../protocol.js';

/** Shortest time between two messages; milliseconds. */
const PAUSE = 100;

/** How a deployment gets on, which it does whether or not somebody looks. What is told of one thing between two messages is merged. */
@Injectable()
export class DeployChannel implements ChannelSource<'deploy'> {
  readonly kind = 'deploy';

  constructor(private readonly deployments: Deployments) {}

  async serve(params: Fields, channel: Channel<DeployProgress[]>): Promise<EndReason> {
    const deployment = this.deployments.get(params.text('task'));
    const finished = new AbortController();
    const signal = AbortSignal.any([channel.signal, finished.signal]);
    const pending = new Pending<Map<string, DeployProgress>>(
      () => new Map(),
      ({ size }) => size === 0,
      signal,
    );
    const { unsubscribe } = deployment.subscribe((message) => pending.add((waiting) => waiting.set(deployKey(message), message)));
    const ended = deployment.ended.then((task) => {
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
