import { Injectable } from '@nestjs/common';
import type { ImageSearchData, ImageSearchResponseItem } from '../../api/generated/types.gen.js';
import { invalidParameter, unavailable } from '../../base/errors.js';
import { parseFilters } from '../../base/filters.js';
import { parseRegistryAuth } from '../../registry/credentials.js';
import { RegistryError, TransportError } from '../../registry/errors.js';
import { Registry } from '../../registry/registry.js';
import type { SearchResult } from '../../registry/search.js';
import type { Job, JobContext } from '../job.js';
import { booleanFilter } from './match.js';

export type ImageSearchParams = ImageSearchData['query'] & { readonly auth?: string | undefined };

const MOST = 100;
const USUAL = 25;

/** Looks for images at a registry; not every registry can be searched. */
@Injectable()
export class ImageSearch implements Job<ImageSearchParams, ImageSearchResponseItem[]> {
  constructor(private readonly registry: Registry) {}

  async run({ term, limit, filters: text, auth }: ImageSearchParams, { signal }: JobContext): Promise<ImageSearchResponseItem[]> {
    const filters = parseFilters(text, ['is-automated', 'is-official', 'stars']);
    const count = limit || USUAL;
    if (count < 1 || count > MOST) throw invalidParameter(`limit ${count} is outside the range of [1, ${MOST}]`);
    const official = booleanFilter(filters, 'is-official');
    const automated = booleanFilter(filters, 'is-automated') === true;
    const stars = Math.max(0, ...(filters.get('stars') ?? []).map(starsOf));
    const found = automated ? [] : await this.search(term, count, auth, signal);
    return found
      .filter((result) => (official === undefined || result.isOfficial === official) && result.stars >= stars)
      .map(({ name, description, isOfficial, stars: count }) => ({
        name,
        description,
        is_official: isOfficial,
        is_automated: false,
        star_count: count,
      }));
  }

  private async search(term: string, limit: number, auth: string | undefined, signal: AbortSignal): Promise<SearchResult[]> {
    try {
      return await this.registry.search(term, limit, parseRegistryAuth(auth), signal);
    } catch (error) {
      if (error instanceof TransportError || error instanceof RegistryError)
        throw unavailable(`cannot search for ${term}: ${error.message}`, error);
      throw error;
    }
  }
}

function starsOf(text: string): number {
  if (!/^\d+$/.test(text)) throw invalidParameter(`invalid filter 'stars=${text}': expected a number`);
  return Number(text);
}
