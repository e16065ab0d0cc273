import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { chainIds } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import { parsePlatformJson, type Platform } from '../../base/platform.js';
import { canonical, familiar, parseReference, type Reference } from '../../base/reference.js';
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

/** Images of one or several platforms, the main one first, and the names that stand for just these. */
interface Wanted {
  readonly ids: readonly [string, ...string[]];
  readonly references: Reference[];
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
    const saved = this.wanted(names, platform.map(parsePlatformJson)).map(({ ids: [main, ...others], references }) => ({
      ...this.platform(main),
      references,
      others: others.map((other) => this.platform(other)),
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

  /** Names of the same images are put together; images that a name stands for are not saved once more without one. */
  private wanted(names: readonly string[], platforms: readonly Platform[]): Wanted[] {
    const bySet = new Map<string, Wanted>();
    for (const name of names) {
      for (const { text, reference } of this.meantBy(name)) {
        const ids = this.chosen(text, platforms);
        const entry = bySet.get(ids.join()) ?? { ids, references: [] };
        const isKnown = reference === undefined || entry.references.some((each) => canonical(each) === canonical(reference));
        if (!isKnown) entry.references.push(reference);
        bySet.set(ids.join(), entry);
      }
    }
    const all = [...bySet.values()];
    const named = new Set(all.flatMap(({ ids, references }) => (references.length > 0 ? ids : [])));
    return all.filter(({ ids, references }) => references.length > 0 || !ids.every((id) => named.has(id)));
  }

  /** All platforms that the text stands for, or those asked for; the main one first. @throws NotFound when one of those is not here */
  private chosen(text: string, platforms: readonly Platform[]): readonly [string, ...string[]] {
    const asked = new Set(platforms.map((platform) => this.images.get(text, platform).id));
    const [main = this.images.get(text).id, ...others] = this.images.called(text).filter((id) => asked.size === 0 || asked.has(id));
    return [main, ...others];
  }

  /** What a name means: all tags of a bare repository; a tag without a digest is what is kept in the archive. */
  private meantBy(name: string): { text: string; reference?: Reference }[] {
    const tags = this.tagsOf(name);
    if (tags.length > 0) return tags.map((reference) => ({ text: familiar(reference), reference }));
    const reference = this.images.nameIn(name);
    return [reference?.digest === undefined && reference ? { text: name, reference } : { text: name }];
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
