import { Injectable } from '@nestjs/common';
import { Containers } from '../../../container/store.js';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { Pending } from '../pending.js';
import type { StatsSample } from '../protocol.js';
import { HOST } from '../stats/host.js';
import { StatsSampler } from '../stats-sampler.js';

/** One sample a second of the containers named, or of all that run. A page that is slow gets the newest only. */
@Injectable()
export class StatsChannel implements ChannelSource<'stats'> {
  readonly kind = 'stats';

  constructor(
    private readonly containers: Containers,
    private readonly sampler: StatsSampler,
  ) {}

  async serve(params: Fields, channel: Channel<StatsSample[]>): Promise<void> {
    const names = params.optionalTexts('ids');
    const host = names?.includes(HOST) ?? false;
    const ids = names && new Set(names.filter((name) => name !== HOST).map((name) => this.containers.get(name).id));
    const pending = new Pending<Map<string, StatsSample>>(
      () => new Map(),
      ({ size }) => size === 0,
      channel.signal,
    );
    const take = (samples: readonly StatsSample[]) => pending.add((waiting) => samples.forEach((sample) => waiting.set(sample.id, sample)));
    const stop = this.sampler.watch({ ids, host, take });
    try {
      for (let samples = await pending.take(); samples; samples = await pending.take()) await channel.send([...samples.values()]);
    } finally {
      stop();
    }
  }
}
