import { Injectable } from '@nestjs/common';
import { Networks } from '../../network/networks.js';
import type { Job } from '../job.js';
import { NetworkRemoval } from './removal.js';

/** Deletes a network that no running container uses. */
@Injectable()
export class NetworkDelete implements Job<{ id: string }, void> {
  constructor(
    private readonly networks: Networks,
    private readonly removal: NetworkRemoval,
  ) {}

  lock({ id }: { id: string }): string {
    return `network/${this.networks.get(id).inspect.Id}`;
  }

  async run({ id }: { id: string }): Promise<void> {
    await this.removal.remove(this.networks.get(id));
  }
}
