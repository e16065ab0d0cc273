import { Injectable } from '@nestjs/common';
import type { BuildPruneData, BuildPruneResponse } from '../../api/generated/types.gen.js';
import { kindOf } from '../../base/errors.js';
import { type Filters, parseFilters } from '../../base/filters.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { Events } from '../../events/events.js';
import { BuildCache, type BuildRecord } from '../../graph/build-cache.js';
import { Images } from '../../graph/images.js';
import type { Job, JobContext } from '../job.js';
import { type Deleted, ImageDeletion } from './deletion.js';
import { isInUse } from './build-usage.js';

export interface BuildPruneParams extends NonNullable<BuildPruneData['query']> {
  /** Told of each record that went. */
  readonly deleted?: (id: string) => Promise<void> | void;
}

const FILTERS = ['until', 'id', 'parent', 'type', 'description', 'inuse', 'shared', 'private', 'unused-for'];

/** Deletes what builds remember: the images of steps that nothing stands on; with `all` also the memory of those that stay. */
@Injectable()
export class BuildPrune implements Job<BuildPruneParams, BuildPruneResponse> {
  constructor(
    private readonly cache: BuildCache,
    private readonly images: Images,
    private readonly deletion: ImageDeletion,
    private readonly events: Events,
  ) {}

  async run(params: BuildPruneParams, { signal }: JobContext): Promise<BuildPruneResponse> {
    const filters = parseFilters(params.filters, FILTERS);
    const keep = params['max-used-space'] ?? params['reserved-space'] ?? params['keep-storage'] ?? 0;
    const gone: string[] = [];
    const total: Deleted = { items: [], reclaimed: 0 };
    // An image can go once those built from it have gone.
    for (let found = true; found && !signal.aborted;) {
      found = false;
      for (const record of this.cache.all().filter((each) => matches(each, filters))) {
        if (signal.aborted || (keep > 0 && this.used() <= keep)) break;
        if (!(await this.delete(record, params.all ?? false, total))) continue;
        found = true;
        gone.push(record.key);
        await params.deleted?.(record.key);
      }
    }
    this.events.publish('builder', 'prune', '', { reclaimed: String(total.reclaimed) });
    return { CachesDeleted: gone, SpaceReclaimed: total.reclaimed };
  }

  private async delete(record: BuildRecord, all: boolean, total: Deleted): Promise<boolean> {
    if (isInUse(record, this.images, this.deletion)) {
      if (all && !this.images.isHeld(record.image)) this.cache.delete(record.key);
      return all && !this.images.isHeld(record.image);
    }
    try {
      await this.deletion.delete(record.image, total, { forced: true, prune: false, quiet: false });
      return true;
    } catch (error) {
      // Something began to use it meanwhile.
      if (kindOf(error) === 'Conflict' || kindOf(error) === 'NotFound') return false;
      throw error;
    }
  }

  private used(): number {
    return this.cache.all().reduce((sum, { image }) => sum + this.images.ownSize(image), 0);
  }
}

function matches(record: BuildRecord, filters: Filters): boolean {
  const until = [...(filters.get('until') ?? []), ...(filters.get('unused-for') ?? [])];
  if (!until.every((value) => BigInt(record.lastUsed) * 1_000_000n < parseTimestamp('until', value))) return false;
  if (!(filters.get('id') ?? []).every((id) => record.key.startsWith(id))) return false;
  if (!(filters.get('description') ?? []).every((text) => record.description.includes(text))) return false;
  return (filters.get('type') ?? ['regular']).every((type) => type === 'regular');
}
