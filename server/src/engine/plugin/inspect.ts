import { Injectable } from '@nestjs/common';
import type { Plugin } from '../../api/generated/types.gen.js';
import { notFound } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Finds a managed plugin to show, change or remove; there is none. */
@Injectable()
export class PluginInspect implements Job<{ name: string }, Plugin> {
  /** @throws NotFound */
  async run({ name }: { name: string }): Promise<Plugin> {
    throw notFound(`plugin "${name}" not found`);
  }
}
