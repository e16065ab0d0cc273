import { Injectable } from '@nestjs/common';
import type { VolumeListResponse } from '../../api/generated/types.gen.js';
import { booleanFilter, parseFilters } from '../../base/filters.js';
import { linearPattern } from '../../base/linear-pattern.js';
import { Volumes } from '../../volume/volumes.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job } from '../job.js';
import { toVolume } from './to-volume.js';

/** Lists volumes. */
@Injectable()
export class VolumeList implements Job<{ filters?: string }, VolumeListResponse> {
  constructor(private readonly volumes: Volumes) {}

  async run({ filters: text }: { filters?: string }): Promise<VolumeListResponse> {
    const filters = parseFilters(text, ['dangling', 'driver', 'label', 'name']);
    const dangling = booleanFilter(filters, 'dangling');
    const names = filters.get('name')?.map(matcherOf);
    const { volumes, warnings } = await this.volumes.list();
    const matching = volumes.filter((volume) => {
      if (dangling !== undefined && dangling !== (this.volumes.usersOf(volume.name).length === 0)) return false;
      if (filters.get('driver')?.includes(volume.driver) === false) return false;
      if (names?.some((matches) => matches(volume.name)) === false) return false;
      return matchesLabels(volume.labels, filters);
    });
    return { Volumes: matching.sort((a, b) => (a.name < b.name ? -1 : 1)).map(toVolume), Warnings: warnings.length > 0 ? warnings : null };
  }
}

/** A part of the name, or a pattern where it is one. */
function matcherOf(text: string): (name: string) => boolean {
  try {
    const pattern = linearPattern(text);
    return (name) => pattern.test(name);
  } catch {
    return (name) => name.includes(text);
  }
}
