import { Injectable } from '@nestjs/common';
import type { ContainerPruneResponse } from '../../api/generated/types.gen.js';
import { parseFilters } from '../../base/filters.js';
import { kindOf } from '../../base/errors.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { Containers } from '../../container/store.js';
import { toNanoseconds } from '../../container/time.js';
import { Events } from '../../events/events.js';
import { Layers } from '../../graph/layers.js';
import { Engine } from '../engine.js';
import type { Job, JobContext } from '../job.js';
import { ContainerDelete } from './delete.js';
import { matchesLabels } from './label-filter.js';

/** Removes all containers that do not run. */
@Injectable()
export class ContainerPrune implements Job<{ filters?: string }, ContainerPruneResponse> {
  constructor(
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly layers: Layers,
    private readonly events: Events,
  ) {}

  async run({ filters: text }: { filters?: string }, { signal }: JobContext): Promise<ContainerPruneResponse> {
    const filters = parseFilters(text, ['label', 'label!', 'until']);
    const [until] = (filters.get('until') ?? []).map((value) => parseTimestamp('until', value));
    const deleted: string[] = [];
    let reclaimed = 0;
    for (const { id, state, record } of Array.from(this.containers.all())) {
      if (signal.aborted) break;
      if (state.running || !matchesLabels(record.config.Labels ?? {}, filters)) continue;
      if (until !== undefined && toNanoseconds(record.created) >= until) continue;
      const size = await this.layers.usage(id);
      if (!(await this.remove(id))) continue;
      deleted.push(id);
      reclaimed += size;
    }
    this.events.publish('container', 'prune', '', { reclaimed: String(reclaimed) });
    return { ContainersDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: reclaimed };
  }

  /** A container that was started or removed meanwhile is none of ours. */
  private async remove(id: string): Promise<boolean> {
    try {
      await this.engine.run(ContainerDelete, { id });
      return true;
    } catch (error) {
      if (kindOf(error) === 'Conflict' || kindOf(error) === 'NotFound') return false;
      throw error;
    }
  }
}
