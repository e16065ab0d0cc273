import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { Judge } from '../../../alerts/judge.js';
import { covers, HOST_TARGET, type AlertRule } from '../../../alerts/rule.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import type { StatsSample } from '../protocol.js';
import { HOST } from '../stats/host.js';
import { StatsSampler } from '../stats-sampler.js';
import { targetOf, type AlertSource } from './watch.js';

/** Milliseconds from one look to the next, where nobody else looks more often. */
const EVERY = 10_000;

/** CPU and memory above what a rule allows. */
@Injectable()
export class UsageWatch implements AlertSource {
  private rules: readonly AlertRule[] = [];
  private stop: (() => void) | undefined;

  constructor(
    private readonly containers: Containers,
    private readonly sampler: StatsSampler,
    private readonly events: Events,
    private readonly judge: Judge,
  ) {}

  adapt(rules: readonly AlertRule[]): void {
    this.rules = rules.filter(({ condition }) => condition === 'cpu' || condition === 'memory');
    this.stop?.();
    this.stop = undefined;
    if (this.rules.length === 0) return;
    const host = this.rules.some(({ scope }) => scope === 'host');
    const ids = this.rules.every(({ scope }) => scope === 'host') ? new Set<string>() : undefined;
    const stopSampling = this.sampler.watch({ ids, host, every: EVERY, take: (samples) => this.take(samples) });
    const { unsubscribe } = this.events.subscribe(({ Type, Action, Actor }) => {
      if (Type === 'container' && Action === 'die') this.idle(Actor.ID);
    });
    this.stop = () => {
      stopSampling();
      unsubscribe();
    };
  }

  private take(samples: readonly StatsSample[]): void {
    for (const sample of samples) {
      const container = sample.id === HOST ? undefined : this.containers.find(sample.id);
      if (!container && sample.id !== HOST) continue;
      const target = container ? targetOf(container) : HOST_TARGET;
      for (const rule of this.rules) {
        if (!covers(rule, target)) continue;
        const value = valueOf(sample, rule);
        const detail = `${Math.round(value)} % of ${whatOf(sample, rule)}, more than ${rule.threshold} %`;
        this.judge.say(rule, target, value > rule.threshold, detail, rule.seconds);
      }
    }
  }

  /** What does not run uses nothing. */
  private idle(id: string): void {
    const container = this.containers.find(id);
    if (!container) return;
    const target = targetOf(container);
    for (const rule of this.rules) if (covers(rule, target)) this.judge.say(rule, target, false, '', 0);
  }
}

/** Per cent: of one CPU for a container, of all CPUs for the host; of the limit of memory. */
function valueOf({ id, cpu, memory, memoryLimit }: StatsSample, { condition }: AlertRule): number {
  if (condition === 'memory') return memoryLimit > 0 ? (memory / memoryLimit) * 100 : 0;
  return id === HOST ? cpu / availableParallelism() : cpu;
}

function whatOf({ id }: StatsSample, { condition }: AlertRule): string {
  if (condition === 'memory') return id === HOST ? 'its memory' : 'the memory it may have';
  return id === HOST ? 'all CPUs' : 'one CPU';
}
