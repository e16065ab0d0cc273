import { Injectable } from '@nestjs/common';
import type { ImageDeleteResponseItem, ImagePruneData, ImagePruneResponse } from '../../api/generated/types.gen.js';
import { KindError } from '../../base/errors.js';
import { type Filters, parseFilters } from '../../base/filters.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { Events } from '../../events/events.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { References } from '../../graph/references.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job, JobContext } from '../job.js';
import { type Deleted, ImageDeletion } from './deletion.js';
import { booleanFilter, createdNano } from './match.js';

export interface ImagePruneParams extends NonNullable<ImagePruneData['query']> {
  /** Told of each name and layer that went. */
  readonly deleted?: (item: ImageDeleteResponseItem) => Promise<void> | void;
}

const FILTERS = ['dangling', 'until', 'label', 'label!'];

/** Deletes the images that no container uses: those without a name, or with `dangling=false` all. */
@Injectable()
export class ImagePrune implements Job<ImagePruneParams, ImagePruneResponse> {
  constructor(
    private readonly images: Images,
    private readonly references: References,
    private readonly deletion: ImageDeletion,
    private readonly events: Events,
  ) {}

  async run(params: ImagePruneParams, { signal }: JobContext): Promise<ImagePruneResponse> {
    const filters = parseFilters(params.filters, FILTERS);
    const danglingOnly = booleanFilter(filters, 'dangling') ?? true;
    const total: Deleted = { items: [], reclaimed: 0 };
    for (const image of this.images.list()) {
      if (signal.aborted) break;
      if (!this.images.has(image.id) || !isWanted(image, filters)) continue;
      if (danglingOnly && image.repoTags.length + image.repoDigests.length > 0) continue;
      if ([image.id, ...this.references.sharing(image.id)].some((id) => this.isNeeded(id))) continue;
      for (const item of await this.delete(image.id, total)) await params.deleted?.(item);
    }
    this.events.publish('image', 'prune', '', { reclaimed: String(total.reclaimed) });
    return { ImagesDeleted: total.items.length > 0 ? total.items : null, SpaceReclaimed: total.reclaimed };
  }

  private isNeeded(id: string): boolean {
    return this.deletion.user(id) !== undefined || this.images.isHeld(id) || this.images.children(id).length > 0;
  }

  /** An image that something began to use meanwhile stays. */
  private async delete(id: string, total: Deleted): Promise<ImageDeleteResponseItem[]> {
    const before = total.items.length;
    try {
      await this.deletion.delete(id, total, { forced: true, prune: true, quiet: true });
    } catch (error) {
      if (!(error instanceof KindError) || error.kind !== 'Conflict') throw error;
    }
    return total.items.slice(before);
  }
}

function isWanted(image: Image, filters: Filters): boolean {
  if (!matchesLabels(image.config.Labels ?? {}, filters)) return false;
  return (filters.get('until') ?? []).every((value) => createdNano(image) < parseTimestamp('until', value));
}
