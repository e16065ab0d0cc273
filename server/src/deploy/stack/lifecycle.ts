import { Injectable } from '@nestjs/common';
import type { ContainerSummary } from '../../api/generated/types.gen.js';
import { cancelled, kindOf, messageOf } from '../../base/errors.js';
import { LABEL } from '../../compose/labels.js';
import { ContainerDelete } from '../../engine/container/delete.js';
import { ContainerRestart } from '../../engine/container/restart.js';
import { ContainerStart } from '../../engine/container/start.js';
import { ContainerStop } from '../../engine/container/stop.js';
import { Engine } from '../../engine/engine.js';
import { NetworkDelete } from '../../engine/network/delete.js';
import { NetworkList } from '../../engine/network/list.js';
import { VolumeDelete } from '../../engine/volume/delete.js';
import { VolumeList } from '../../engine/volume/list.js';
import { Inspection } from '../inspection.js';
import type { Report } from '../report.js';
import { nameOf } from './plan.js';

/** What is done to the containers of a project as they are, whether or not its files are known. */
@Injectable()
export class StackLifecycle {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
  ) {}

  start(project: string, report: Report, signal: AbortSignal): Promise<void> {
    return this.each(project, 'forward', ['Starting', 'Started'], report, signal, ({ Id }) => this.engine.run(ContainerStart, { id: Id }));
  }

  stop(project: string, report: Report, signal: AbortSignal): Promise<void> {
    return this.each(project, 'backward', ['Stopping', 'Stopped'], report, signal, ({ Id }) => this.engine.run(ContainerStop, { id: Id }));
  }

  restart(project: string, report: Report, signal: AbortSignal): Promise<void> {
    return this.each(project, 'forward', ['Restarting', 'Started'], report, signal, ({ Id }) =>
      this.engine.run(ContainerRestart, { id: Id }),
    );
  }

  /** Stops and removes containers and networks, with `volumes` the volumes of the project too. */
  async down(project: string, volumes: boolean, report: Report, signal: AbortSignal): Promise<void> {
    await this.stop(project, report, signal);
    await this.each(project, 'backward', ['Removing', 'Removed'], report, signal, ({ Id }) =>
      this.engine.run(ContainerDelete, { id: Id, force: true, v: volumes }),
    );
    const filters = JSON.stringify({ label: [`${LABEL.project}=${project}`] });
    for (const { Id, Name } of await this.engine.run(NetworkList, { filters })) {
      await this.engine.run(NetworkDelete, { id: Id });
      report({ subject: `network ${Name}`, status: 'Removed', done: true });
    }
    if (!volumes) return;
    for (const { Name } of (await this.engine.run(VolumeList, { filters })).Volumes ?? []) {
      await this.engine.run(VolumeDelete, { name: Name });
      report({ subject: `volume ${Name}`, status: 'Removed', done: true });
    }
  }

  /** Does it to each container, services in the order they wait for each other, or the other way round. */
  private async each(
    project: string,
    direction: 'forward' | 'backward',
    [doing, done]: [string, string],
    report: Report,
    signal: AbortSignal,
    act: (container: ContainerSummary) => Promise<unknown>,
  ): Promise<void> {
    const ranks = inOrder(await this.inspection.labelled(`${LABEL.project}=${project}`));
    let failure: unknown;
    for (const rank of direction === 'forward' ? ranks : ranks.toReversed()) {
      if (signal.aborted) throw cancelled('it was called off');
      await Promise.all(
        rank.map(async (container) => {
          const place = { subject: `service ${container.Labels?.[LABEL.service] ?? project}`, part: nameOf(container) };
          report({ ...place, status: doing });
          try {
            await act(container);
          } catch (error) {
            if (kindOf(error) !== 'NotModified') {
              failure ??= error;
              return report({ ...place, status: 'Failed', done: true, error: messageOf(error) });
            }
          }
          report({ ...place, status: done, done: true });
        }),
      );
    }
    if (failure !== undefined) throw failure;
  }
}

/** Containers in ranks: each waits only for those of ranks before, as the labels say. */
function inOrder(containers: readonly ContainerSummary[]): ContainerSummary[][] {
  const serviceOf = ({ Labels }: ContainerSummary) => Labels?.[LABEL.service] ?? '';
  const waitsFor = ({ Labels }: ContainerSummary) => (Labels?.[LABEL.dependsOn] ?? '').split(',').map((item) => item.split(':')[0] ?? '');
  let left = [...containers];
  const ranks: ContainerSummary[][] = [];
  while (left.length > 0) {
    const names = new Set(left.map(serviceOf));
    const ready = left.filter((container) => !waitsFor(container).some((name) => name !== serviceOf(container) && names.has(name)));
    const rank = ready.length > 0 ? ready : left;
    ranks.push(rank);
    left = left.filter((container) => !rank.includes(container));
  }
  return ranks;
}
