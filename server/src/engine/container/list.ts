import { Injectable } from '@nestjs/common';
import type { ContainerSummary } from '../../api/generated/types.gen.js';
import { parseFilters } from '../../base/filters.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import { summarize } from '../../container/summary.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { Sandboxes } from '../../network/sandboxes.js';
import type { Job } from '../job.js';
import { sandboxRequest } from './create/sandbox-request.js';
import { ListFilter, LIST_FILTERS } from './list-filter.js';

export interface ContainerListParams {
  readonly all?: boolean;
  readonly limit?: number;
  readonly size?: boolean;
  readonly filters?: string;
}

/** Lists containers, the newest first. */
@Injectable()
export class ContainerList implements Job<ContainerListParams, ContainerSummary[]> {
  constructor(
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly sandboxes: Sandboxes,
    events: Events,
  ) {
    // Networks are joined and left without the container's record changing.
    events.subscribe(({ Type, Actor }) => {
      const container = Type === 'network' ? containers.find(Actor.Attributes['container'] ?? '') : undefined;
      if (container) container.summary = undefined;
    });
  }

  async run({ all, limit = 0, size, filters: text }: ContainerListParams): Promise<ContainerSummary[]> {
    const filters = parseFilters(text, LIST_FILTERS);
    const everything = all || limit > 0 || filters.has('status') || filters.has('exited') || filters.has('before') || filters.has('since');
    const filter = new ListFilter(filters, this.containers, this.images);
    const matching = [...this.containers.all()]
      .filter((container) => everything || container.state.running)
      .map((container) => ({ container, summary: this.summary(container) }))
      .filter(({ container, summary }) => filter.matches(container, summary))
      .sort((a, b) => (a.container.record.created < b.container.record.created ? 1 : -1))
      .slice(0, limit > 0 ? limit : undefined);
    return Promise.all(matching.map(({ container, summary }) => (size ? this.withSize(container, summary) : summary)));
  }

  private summary(container: Container): ContainerSummary {
    return summarize(container, () => this.sandboxes.settings(container.id, sandboxRequest(container.record)));
  }

  private async withSize({ id, record }: Container, summary: ContainerSummary): Promise<ContainerSummary> {
    const sizeRw = await this.layers.usage(id);
    return { ...summary, SizeRw: sizeRw, SizeRootFs: sizeRw + (this.images.find(record.image)?.size ?? 0) };
  }
}
