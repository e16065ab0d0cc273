import { Injectable } from '@nestjs/common';
import type { Network, NetworkSummary } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { type Filters, parseFilters } from '../../base/filters.js';
import { Networks } from '../../network/networks.js';
import { PREDEFINED } from '../../network/sandbox/sandbox.js';
import { Sandboxes } from '../../network/sandboxes.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job } from '../job.js';

const FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];

/** Lists networks. */
@Injectable()
export class NetworkList implements Job<{ filters?: string }, NetworkSummary[]> {
  constructor(
    private readonly networks: Networks,
    private readonly sandboxes: Sandboxes,
  ) {}

  async run({ filters: text }: { filters?: string }): Promise<NetworkSummary[]> {
    const filters = parseFilters(text, FILTERS);
    const [dangling] = (filters.get('dangling') ?? []).map((value) => ['true', '1'].includes(value));
    return this.networks
      .list()
      .map(({ inspect }) => inspect)
      .filter((network) => matches(network, filters))
      .filter((network) => dangling === undefined || dangling === this.isDangling(network))
      .sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  private isDangling({ Id: id, Name: name }: Network): boolean {
    return !PREDEFINED.includes(name) && this.sandboxes.endpointsIn(id).length === 0;
  }
}

/** Whether a network matches one value of every filter (all values of `label`). */
function matches(network: Network, filters: Filters): boolean {
  const any = (filter: string, test: (value: string) => boolean) => filters.get(filter)?.some(test) ?? true;
  return (
    any('name', (value) => network.Name.includes(value)) &&
    any('id', (value) => network.Id.startsWith(value)) &&
    any('driver', (value) => network.Driver === value) &&
    any('scope', (value) => network.Scope === value) &&
    any('type', (value) => value === typeOf(value) && (value === 'builtin') === PREDEFINED.includes(network.Name)) &&
    matchesLabels(network.Labels ?? {}, filters)
  );
}

function typeOf(value: string): string {
  if (value !== 'custom' && value !== 'builtin') throw invalidParameter(`invalid filter: 'type'='${value}'`);
  return value;
}
