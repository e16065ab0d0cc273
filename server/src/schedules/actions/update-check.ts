import { Injectable } from '@nestjs/common';
import { ImageUpdates } from '../../deploy/image-updates.js';
import type { Action } from '../action.js';
import type { Schedule } from '../schedule.js';

/** Asks registries whether there are newer images. */
@Injectable()
export class UpdateCheck implements Action {
  constructor(private readonly updates: ImageUpdates) {}

  async run(_: Schedule, signal: AbortSignal): Promise<string> {
    const found = await this.updates.check(signal);
    const available = found.filter((update) => update.available).map(({ reference }) => reference);
    const failed = found.filter(({ error }) => error !== '').length;
    const news = available.length === 0 ? `${found.length} images, all up to date` : `newer: ${available.join(', ')}`;
    return failed === 0 ? news : `${news}; ${failed} could not be asked for`;
  }
}
