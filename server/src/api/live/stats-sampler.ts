import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { ContainersUsage, isRunning, type RunningContainer } from '../../engine/container/usage.js';
import type { StatsSample } from './protocol.js';
import { HOST, hostBetween, lookAtHost, type HostLook } from './stats/host.js';
import { statsBetween, type Look } from './stats-math.js';

const SECOND = 1000;
/** Rates need two looks: the second one comes this soon, so that nobody waits a second for the first figures. */
const SECOND_LOOK = 200;

export interface StatsWatcher {
  /** IDs of the containers wanted; undefined for every one that runs. */
  readonly ids: ReadonlySet<string> | undefined;
  /** The host as well. */
  readonly host?: boolean;
  /** Milliseconds from one look to the next, where nobody wants it more often; a second unless told otherwise. */
  readonly every?: number;
  take(samples: readonly StatsSample[]): void;
}

/** Looks at every container that somebody watches, once a second however many watch; does nothing while nobody does. */
@Injectable()
export class StatsSampler {
  private readonly log = new Logger('Stats');
  private readonly watchers = new Set<StatsWatcher>();
  private readonly before = new Map<string, Look>();
  private readonly latest = new Map<string, StatsSample>();
  private failing = false;
  private hostBefore: HostLook | undefined;
  /** Stands for the looks since somebody watches; undefined while nobody does. */
  private series: object | undefined;
  private timer: NodeJS.Timeout | undefined;
  private planned = SECOND;

  constructor(
    private readonly containers: Containers,
    private readonly usage: ContainersUsage,
  ) {}

  /** @returns how to stop watching */
  watch(watcher: StatsWatcher): () => void {
    this.watchers.add(watcher);
    this.tell(watcher, [...this.latest.values()]);
    if (!this.series || this.pause() < this.planned) this.begin();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.rest();
    };
  }

  /** Looks now, and soon again. */
  private begin(): void {
    clearTimeout(this.timer);
    void this.look((this.series = {}), SECOND_LOOK);
  }

  /** From one look to the next: as often as whoever wants it most often. */
  private pause(): number {
    return Math.min(...[...this.watchers].map(({ every }) => every ?? SECOND));
  }

  /** Looks at all that is wanted, tells what came of it, and plans the next look. @param pause from this one to the next */
  private async look(series: object, pause: number): Promise<void> {
    const start = performance.now();
    const wanted = [...this.containers.all()].filter(isRunning).filter(({ id }) => this.isWanted(id));
    const [ofContainers, ofHost] = await Promise.all([this.sampleAll(wanted), this.sampleHost()]);
    const samples = ofHost ? [...ofContainers, ofHost] : ofContainers;
    if (this.series !== series) return;
    this.forgetAllBut(new Set([HOST, ...wanted.map(({ id }) => id)]));
    for (const sample of samples) this.latest.set(sample.id, sample);
    for (const watcher of this.watchers) this.tell(watcher, samples);
    this.planned = pause;
    this.timer = setTimeout(() => void this.look(series, this.pause()), Math.max(0, pause - (performance.now() - start)));
  }

  /** Leaves out those that are looked at for the first time, and those that have just ended. */
  private async sampleAll(wanted: readonly RunningContainer[]): Promise<StatsSample[]> {
    if (wanted.length === 0) return [];
    try {
      const [time, clock] = [Date.now(), performance.now()];
      const usages = await this.usage.read(wanted);
      this.failing = false;
      return wanted.flatMap(({ id }, index) => {
        const [before, usage] = [this.before.get(id), usages[index]];
        if (!usage) return [];
        const now = { time, clock, usage };
        this.before.set(id, now);
        // A new run begins to count anew.
        return before && usage.cpu >= before.usage.cpu ? [statsBetween(id, before, now)] : [];
      });
    } catch (error) {
      if (!this.failing) this.log.warn(`what containers use cannot be read: ${messageOf(error)}`);
      this.failing = true;
      return [];
    }
  }

  /** undefined at the first look, and when nobody wants it. */
  private async sampleHost(): Promise<StatsSample | undefined> {
    const before = this.hostBefore;
    if (![...this.watchers].some(({ host }) => host)) return (this.hostBefore = undefined);
    this.hostBefore = await lookAtHost();
    return before && this.hostBefore.time > before.time ? hostBetween(before, this.hostBefore) : undefined;
  }

  private isWanted(id: string): boolean {
    for (const { ids } of this.watchers) if (!ids || ids.has(id)) return true;
    return false;
  }

  private tell({ ids, host, take }: StatsWatcher, samples: readonly StatsSample[]): void {
    const wanted = samples.filter(({ id }) => (id === HOST ? host : !ids || ids.has(id)));
    if (wanted.length > 0) take(wanted);
  }

  private forgetAllBut(ids: ReadonlySet<string>): void {
    for (const known of [this.before, this.latest]) for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
  }

  private rest(): void {
    this.series = undefined;
    clearTimeout(this.timer);
    this.hostBefore = undefined;
    this.forgetAllBut(new Set());
  }
}
