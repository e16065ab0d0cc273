import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf } from '../../../base/errors.js';
import { Containers } from '../../../container/store.js';
import { serviceOf } from '../../../engine/container/logs/kept-logs.js';
import { Events } from '../../../events/events.js';
import { MetricsHistory } from '../../../metrics/history.js';
import { sumOf, type Point } from '../../../metrics/point.js';
import type { StatsSample } from '../protocol.js';
import { StatsSampler } from '../stats-sampler.js';
import { HOST } from './host.js';

/** Up to so many containers are looked at every second though nobody looks; more only as often as is kept on the disk. */
const EVERY_SECOND_UP_TO = 20;
const SELDOM = 10_000;
const OFTEN = 1000;

/** Keeps the history of what containers, projects and the host use, for as long as a container runs. */
@Injectable()
export class StatsRecorder implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly history: MetricsHistory;
  private readonly log = new Logger('Stats');
  private stopWatching: (() => void) | undefined;
  private unsubscribe: (() => void) | undefined;
  private every = 0;
  private broken = false;

  constructor(
    @Inject(DAEMON_CONFIG) config: DaemonConfig,
    private readonly containers: Containers,
    private readonly sampler: StatsSampler,
    private readonly events: Events,
  ) {
    this.history = new MetricsHistory(config.dataRoot);
  }

  onApplicationBootstrap(): void {
    const changes = new Set(['start', 'die', 'destroy']);
    this.unsubscribe = this.events.subscribe(({ Type, Action }) => {
      if (Type === 'container' && changes.has(Action)) this.adapt();
    }).unsubscribe;
  }

  onApplicationShutdown(): void {
    this.unsubscribe?.();
    this.stopWatching?.();
    this.attempt(() => this.history.close());
  }

  /** Watches as often as so many containers allow; not at all when none runs. */
  adapt(): void {
    let running = 0;
    for (const { state } of this.containers.all()) if (state.running) running += 1;
    const every = running === 0 ? 0 : running <= EVERY_SECOND_UP_TO ? OFTEN : SELDOM;
    if (every === this.every) return;
    this.every = every;
    this.stopWatching?.();
    this.stopWatching = every === 0 ? undefined : this.sampler.watch({ ids: undefined, host: true, every, take: (all) => this.take(all) });
  }

  private take(samples: readonly StatsSample[]): void {
    const points = new Map<string, Point>();
    const projects = new Map<string, Point[]>();
    for (const sample of samples) {
      if (sample.id === HOST) {
        points.set('host', sample);
        continue;
      }
      const container = this.containers.find(sample.id);
      if (!container) continue;
      points.set(`container:${container.name}`, sample);
      const { project } = serviceOf(container);
      if (project) projects.set(project, [...(projects.get(project) ?? []), sample]);
    }
    for (const [project, each] of projects) points.set(`project:${project}`, sumOf(each));
    this.attempt(() => this.history.add(Math.floor(Date.now() / 1000), points));
  }

  /** A full disk takes the history away, not the daemon. */
  private attempt(work: () => void): void {
    try {
      work();
      this.broken = false;
    } catch (error) {
      if (!this.broken) this.log.warn(`the history of stats is not written: ${messageOf(error)}`);
      this.broken = true;
    }
  }
}
