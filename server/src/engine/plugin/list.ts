import { Injectable } from '@nestjs/common';
import type { Plugin } from '../../api/generated/types.gen.js';
import { parseFilters } from '../../base/filters.js';
import type { Job } from '../job.js';

/** Lists managed plugins, of which there are none: plugins here are programs with a socket, which are not installed but found. */
@Injectable()
export class PluginList implements Job<{ filters?: string }, Plugin[]> {
  /** @throws InvalidParameter for filters that are not known */
  async run({ filters }: { filters?: string }): Promise<Plugin[]> {
    parseFilters(filters, ['capability', 'enabled']);
    return [];
  }
}
