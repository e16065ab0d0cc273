import { Injectable } from '@nestjs/common';
import { unavailable } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Leaves the swarm, of which there is none. */
@Injectable()
export class SwarmLeave implements Job<void, never> {
  /** @throws Unavailable */
  async run(): Promise<never> {
    throw unavailable('This node is not part of a swarm');
  }
}
