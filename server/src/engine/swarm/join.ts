import { Injectable } from '@nestjs/common';
import { notImplemented } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Begins or joins a swarm, which this daemon cannot be part of: it runs containers on one host. */
@Injectable()
export class SwarmJoin implements Job<void, never> {
  /** @throws NotImplemented */
  async run(): Promise<never> {
    throw notImplemented('this daemon runs containers on one host and cannot be part of a swarm: swarm mode is not supported');
  }
}
