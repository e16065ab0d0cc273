import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { chainIds } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import { parsePlatformJson, type Platform } from '../../base/platform.js';
import { familiar, parseReference, type Reference, withDefaultTag } from '../../base/reference.js';
import { Events } from '../../events/events.js';
import { type SavedImage, type SavedPlatform, writeArchive } from '../../graph/archive/write-archive.js';
import { Images } from '../../graph/images.js';
import type { LayerLease } from '../../graph/layer-lease.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import type { Job } from '../job.js';
import { checkLayers } from './damaged-layer.js';
import { publishImageEvent } from './events.js';

export interface ImageGetAllParams {
  /** Names, IDs, or repositories, which stand for all their tags. */
  readonly names: readonly string[];
  /** JSON of OCI platforms: of each image just these; all that are here when left out. */
  readonly platform?: readonly string[];
}

/** What is saved under the ID of a main image. */
interface Wanted {
  readonly references: Reference[];
  readonly others: Set<string>;
}

/** Saves images to one archive, which is the result. */
@Injectable()
export class ImageGetAll implements Job<ImageGetAllParams, Readable> {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly references: References,
    private readonly events: Events,
  ) {}

  async run({ names, platform = [] }: ImageGetAllParams): Promise<Readable> {
    if (names.length === 0) throw invalidParameter('parameter names is missing: name at least one image');
    const wanted = new Map<string, Wanted>();
    for (const name of names) this.resolve(name, platform.map(parsePlatformJson), wanted);
    const saved = [...wanted].map(([id, { references, others }]) => ({
      ...this.platform(id),
      references,
      others: [...others].map((other) => this.platform(other)),
    }));
    const lease = this.layers.lease();
    try {
      await this.keep(saved, lease);
      for (const { image } of saved.flatMap((each) => [each, ...each.others])) await checkLayers(this.layers, image);
      const archive = writeArchive(saved, this.layers);
      archive.once('close', () => void lease.release());
      for (const { image } of saved) publishImageEvent(this.events, 'save', image, image.id, image.id);
      return archive;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private platform(id: string): SavedPlatform {
    return { image: this.images.byId(id), config: this.images.config(id) };
  }

  private resolve(name: string, platforms: readonly Platform[], wanted: Map<string, Wanted>): void {
    const tags = this.tagsOf(name);
    for (const reference of tags) this.add(familiar(reference), reference, platforms, wanted);
    if (tags.length > 0) return;
    const { id } = this.images.get(name, platforms[0]);
    const isId = id.startsWith(name) || id.startsWith(`sha256:${name}`);
    const reference = isId ? undefined : withDefaultTag(parseReference(name));
    this.add(name, reference?.digest === undefined ? reference : undefined, platforms, wanted);
  }

  /** All platforms that the name stands for, or those asked for. @throws NotFound when one of those is not here */
  private add(name: string, reference: Reference | undefined, platforms: readonly Platform[], wanted: Map<string, Wanted>): void {
    const ids = platforms.length === 0 ? this.images.called(name) : platforms.map((platform) => this.images.get(name, platform).id);
    const [main, ...others] = ids as [string, ...string[]];
    const entry = wanted.get(main) ?? { references: [], others: new Set() };
    const known = entry.references.some((each) => each.tag === reference?.tag && each.path === reference?.path);
    if (reference && !known) entry.references.push(reference);
    for (const other of others) if (other !== main) entry.others.add(other);
    wanted.set(main, entry);
  }

  /** All tags of a bare repository. */
  private tagsOf(name: string): Reference[] {
    if (/^(?:sha256:)?[a-f0-9]{64}$/.test(name)) return [];
    const reference = parseReference(name);
    if (reference.tag !== undefined || reference.digest !== undefined) return [];
    const all = this.references.inRepository(reference).map((each) => each.reference);
    return all.filter(({ digest }) => digest === undefined);
  }

  private async keep(saved: readonly SavedImage[], lease: LayerLease): Promise<void> {
    for (const { image } of saved.flatMap((each) => [each, ...each.others])) {
      for (const chainId of chainIds(image.diffIds)) {
        if (!(await lease.keep(chainId))) throw notFound(`layer ${chainId} of image ${image.id} does not exist`);
      }
    }
  }
}
