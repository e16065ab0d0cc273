import { Injectable } from '@nestjs/common';
import type { VolumePruneResponse } from '../../api/generated/types.gen.js';
import { booleanFilter, parseFilters } from '../../base/filters.js';
import { DEFAULT_VOLUME_DRIVER } from '../../drivers/volumedriver/driver.js';
import { Events } from '../../events/events.js';
import { Volumes, type VolumeRecord } from '../../volume/volumes.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job, JobContext } from '../job.js';

/**
 * Deletes anonymous volumes that no container has; named ones too with the filter `all`. Only plain local ones: what a plugin
 * keeps, or what is mounted from elsewhere, is nobody's rubbish.
 */
@Injectable()
export class VolumePrune implements Job<{ filters?: string }, VolumePruneResponse> {
  constructor(
    private readonly volumes: Volumes,
    private readonly events: Events,
  ) {}

  async run({ filters: text }: { filters?: string }, { version }: JobContext): Promise<VolumePruneResponse> {
    const filters = parseFilters(text, ['all', 'label', 'label!']);
    // Before 1.42 named volumes were pruned too.
    const all = Number(version.split('.')[1]) < 42 || booleanFilter(filters, 'all') === true;
    const deleted: string[] = [];
    let reclaimed = 0;
    for (const volume of this.volumes.all()) {
      const { name, anonymous, labels } = volume;
      if (!isPlain(volume) || this.isUsed(name) || (!all && !anonymous) || !matchesLabels(labels, filters)) continue;
      const size = (await this.volumes.usage(name)) ?? 0;
      if (this.isUsed(name)) continue;
      await this.volumes.remove(name);
      deleted.push(name);
      reclaimed += size;
    }
    this.events.publish('volume', 'prune', '', { reclaimed: String(reclaimed) });
    return { VolumesDeleted: deleted, SpaceReclaimed: reclaimed };
  }

  private isUsed(name: string): boolean {
    return this.volumes.usersOf(name).length > 0;
  }
}

/** A folder of this daemon, with its data in it. */
export function isPlain({ driver, options }: VolumeRecord): boolean {
  return driver === DEFAULT_VOLUME_DRIVER && Object.keys(options).length === 0;
}
