import { Injectable } from '@nestjs/common';
import { unavailable } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Answers everything that only a manager of a swarm knows: its nodes, services, tasks, secrets and configs. */
@Injectable()
export class NotAManager implements Job<void, never> {
  /** @throws Unavailable, in the words that clients look for */
  async run(): Promise<never> {
    throw unavailable(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
  }
}
