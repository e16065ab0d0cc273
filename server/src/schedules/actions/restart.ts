import { Injectable } from '@nestjs/common';
import { notFound } from '../../base/errors.js';
import { ContainerList } from '../../engine/container/list.js';
import { ContainerRestart } from '../../engine/container/restart.js';
import { Engine } from '../../engine/engine.js';
import type { Action } from '../action.js';
import type { Schedule } from '../schedule.js';

/** Restarts a container, or what runs of a Compose project. */
@Injectable()
export class Restart implements Action {
  constructor(private readonly engine: Engine) {}

  async run({ scope, target }: Schedule, signal: AbortSignal): Promise<string> {
    if (scope === 'container') {
      await this.engine.run(ContainerRestart, { id: target }, { signal });
      return `restarted ${target}`;
    }
    const filters = JSON.stringify({ label: [`com.docker.compose.project=${target}`] });
    const containers = await this.engine.run(ContainerList, { filters });
    if (containers.length === 0) throw notFound(`no container of the project ${target} runs`);
    for (const { Id } of containers) await this.engine.run(ContainerRestart, { id: Id }, { signal });
    return `restarted ${containers.map(({ Names }) => Names?.[0]?.slice(1)).join(', ')}`;
  }
}
