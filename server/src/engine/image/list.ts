import { Injectable } from '@nestjs/common';
import type { ImageListData, ImageSummary } from '../../api/generated/types.gen.js';
import { chainIds } from '../../base/digest.js';
import { type Filters, parseFilters } from '../../base/filters.js';
import { parseTimestamp } from '../../base/timestamp.js';
import { Containers } from '../../container/store.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import { matchesLabels } from '../container/label-filter.js';
import type { Job, JobContext } from '../job.js';
import { ManifestSummaries } from './manifest-summaries.js';
import { booleanFilter, createdNano, matchesReference } from './match.js';

export type ImageListParams = NonNullable<ImageListData['query']>;

const FILTERS = ['dangling', 'label', 'reference', 'before', 'since', 'until'];
type Predicate = (image: Image) => boolean;

/** Lists images, the newest first; what a name stands for on other platforms is in the row of its main image. */
@Injectable()
export class ImageList implements Job<ImageListParams, ImageSummary[]> {
  constructor(
    private readonly images: Images,
    private readonly references: References,
    private readonly layers: Layers,
    private readonly containers: Containers,
    private readonly summaries: ManifestSummaries,
  ) {}

  async run(query: ImageListParams, { version }: JobContext): Promise<ImageSummary[]> {
    const filters = parseFilters(query.filters, FILTERS);
    const all = this.images.list();
    const matches = this.predicate(query, filters, all);
    const patterns = [...(filters.get('reference') ?? []), ...(query.filter ? [query.filter] : [])];
    const besides = this.references.besideOnly();
    const rows = besides.size === 0 ? all : all.filter(({ id }) => !besides.has(id));
    const found = rows.filter(matches).flatMap((image) => {
      const named = withNames(image, patterns);
      return named ? [named] : [];
    });
    const shared = query['shared-size'] ? this.sharedSizes(all) : undefined;
    const users = query['shared-size'] ? this.users() : undefined;
    const byId = new Map(all.map((image) => [image.id, image]));
    return found.map((image) => {
      const others = besides.size === 0 ? [] : this.references.sharing(image.id).flatMap((id) => byId.get(id) ?? []);
      const platforms = [image, ...others];
      const sum = (value: (each: Image) => number) => platforms.reduce((total, each) => total + value(each), 0);
      return {
        ...summary(
          image,
          shared && sum(({ id }) => shared.get(id) ?? 0),
          users && sum(({ id }) => users.get(id) ?? 0),
          Number(version.split('.')[1]),
        ),
        Size: sum(({ size }) => size),
        ...(query.manifests && { Manifests: this.summaries.of(platforms) }),
      };
    });
  }

  private predicate(query: ImageListParams, filters: Filters, all: readonly Image[]): Predicate {
    const parents = new Set(all.map((image) => image.parent));
    const dangling = booleanFilter(filters, 'dangling');
    const before = [...(filters.get('before') ?? []).map((name) => createdNano(this.images.get(name))), ...untils(filters)];
    const since = (filters.get('since') ?? []).map((name) => createdNano(this.images.get(name)));
    return (image) => {
      const untagged = image.repoTags.length === 0;
      const unnamed = untagged && image.repoDigests.length === 0;
      if (dangling === true && (!untagged || parents.has(image.id))) return false;
      if (dangling === false && unnamed) return false;
      if (unnamed && !query.all && parents.has(image.id)) return false;
      if (!matchesLabels(image.config.Labels ?? {}, filters)) return false;
      const created = createdNano(image);
      return before.every((limit) => created < limit) && since.every((limit) => created > limit);
    };
  }

  /** Bytes of each image's layers that other images stand on too. */
  private sharedSizes(images: readonly Image[]): Map<string, number> {
    const sizes = new Map(this.layers.all().map((layer) => [layer.chainId, layer.size]));
    const uses = new Map<string, number>();
    const chains = new Map(images.map((image) => [image.id, chainIds(image.diffIds)]));
    for (const chain of chains.values()) for (const id of chain) uses.set(id, (uses.get(id) ?? 0) + 1);
    const shared = (chain: readonly string[]) => chain.reduce((sum, id) => sum + ((uses.get(id) ?? 0) > 1 ? (sizes.get(id) ?? 0) : 0), 0);
    return new Map([...chains].map(([id, chain]) => [id, shared(chain)]));
  }

  private users(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { record } of this.containers.all()) counts.set(record.image, (counts.get(record.image) ?? 0) + 1);
    return counts;
  }
}

function untils(filters: Filters): bigint[] {
  return (filters.get('until') ?? []).map((value) => parseTimestamp('until', value));
}

/** The image with those of its names that fit a pattern; undefined when none does. */
function withNames(image: Image, patterns: readonly string[]): Image | undefined {
  if (patterns.length === 0) return image;
  const fits = (name: string) => patterns.some((pattern) => matchesReference(pattern, name));
  const repoTags = image.repoTags.filter(fits);
  const repoDigests = image.repoDigests.filter(fits);
  return repoTags.length + repoDigests.length === 0 ? undefined : { ...image, repoTags, repoDigests };
}

/** Older clients expect <none> for a missing name and VirtualSize beside Size. */
function summary(image: Image, shared: number | undefined, users: number | undefined, minor: number): ImageSummary {
  const nameless = image.repoTags.length + image.repoDigests.length === 0 && minor < 43;
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: nameless ? ['<none>:<none>'] : [...image.repoTags],
    RepoDigests: nameless ? ['<none>@<none>'] : [...image.repoDigests],
    Created: Number(createdNano(image) / 1_000_000_000n),
    Size: image.size,
    ...(minor < 44 && { VirtualSize: image.size }),
    SharedSize: shared ?? -1,
    Labels: image.config.Labels ?? null,
    Containers: users ?? -1,
  };
}
