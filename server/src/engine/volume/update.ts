import { Injectable } from '@nestjs/common';
import { unavailable } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Changes a cluster volume: the only kind that can be changed, and one of swarms. */
@Injectable()
export class VolumeUpdate implements Job<{ name: string }, never> {
  /** @throws Unavailable */
  async run(): Promise<never> {
    throw unavailable('volume update only valid for cluster volumes, but swarm is unavailable');
  }
}
