import { Injectable } from '@nestjs/common';
import type { NetworkPruneResponse } from '../../api/generated/types.gen.js';
import { parseFilters } from '../../base/filters.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { Events } from '../../events/events.js';
import { Networks } from '../../network/networks.js';
import { PREDEFINED } from '../../network/sandbox/sandbox.js';
import { Sandboxes } from '../../network/sandboxes.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job, JobContext } from '../job.js';
import { NetworkRemoval } from './removal.js';

/** Deletes the networks that no running container uses. */
@Injectable()
export class NetworkPrune implements Job<{ filters?: string }, NetworkPruneResponse> {
  constructor(
    private readonly networks: Networks,
    private readonly sandboxes: Sandboxes,
    private readonly removal: NetworkRemoval,
    private readonly events: Events,
  ) {}

  async run({ filters: text }: { filters?: string }, { signal }: JobContext): Promise<NetworkPruneResponse> {
    const filters = parseFilters(text, ['label', 'label!', 'until']);
    const until = (filters.get('until') ?? []).map((value) => parseTimestamp('until', value));
    const deleted: string[] = [];
    for (const record of this.networks.list()) {
      const { Name: name, Labels: labels, Created: created, Id: id, ConfigOnly: onlyHoldsSettings } = record.inspect;
      const createdNano = BigInt(Date.parse(created)) * 1_000_000n;
      if (signal.aborted || onlyHoldsSettings || PREDEFINED.includes(name) || this.sandboxes.endpointsIn(id).length > 0) continue;
      if (!matchesLabels(labels ?? {}, filters) || until.some((limit) => createdNano > limit)) continue;
      await this.removal.remove(record);
      deleted.push(name);
    }
    this.events.publish('network', 'prune', '', { reclaimed: '0' });
    return { NetworksDeleted: deleted.length > 0 ? deleted : null };
  }
}
