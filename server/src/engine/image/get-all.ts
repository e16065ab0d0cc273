import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { chainIds } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import { parsePlatformJson, type Platform } from '../../base/platform.js';
import { parseReference, type Reference } from '../../base/reference.js';
import { Events } from '../../events/events.js';
import { type SavedImage, writeArchive } from '../../graph/archive/write-archive.js';
import { Images } from '../../graph/images.js';
import type { LayerLease } from '../../graph/layer-lease.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import type { Job } from '../job.js';
import { publishImageEvent } from './events.js';

export interface ImageGetAllParams {
  /** Names, IDs, or repositories, which stand for all their tags. */
  readonly names: readonly string[];
  /** JSON of OCI platforms; each image has to be of one of them. */
  readonly platform?: readonly string[];
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
    const wanted = new Map<string, Reference[]>();
    for (const name of names) this.resolve(name, platform.map(parsePlatformJson), wanted);
    const saved = [...wanted].map(([id, references]) => ({ image: this.images.byId(id), config: this.images.config(id), references }));
    const lease = this.layers.lease();
    try {
      await this.keep(saved, lease);
      const archive = writeArchive(saved, this.layers);
      archive.once('close', () => void lease.release());
      for (const { image } of saved) publishImageEvent(this.events, 'save', image, image.id, image.id);
      return archive;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private resolve(name: string, platforms: readonly Platform[], wanted: Map<string, Reference[]>): void {
    const add = (id: string, reference?: Reference) => {
      const references = wanted.get(id) ?? [];
      wanted.set(
        id,
        reference && !references.some((each) => each.tag === reference.tag && each.path === reference.path)
          ? [...references, reference]
          : references,
      );
    };
    const tags = this.tagsOf(name);
    for (const { reference, image } of tags) add(image, reference);
    if (tags.length > 0) return;
    const image = this.images.get(name, platforms[0]);
    const isId = image.id.startsWith(name) || image.id.startsWith(`sha256:${name}`);
    const reference = isId ? undefined : parseReference(name);
    add(image.id, reference?.tag !== undefined && reference.digest === undefined ? reference : undefined);
  }

  /** All tags of a bare repository. */
  private tagsOf(name: string): { reference: Reference; image: string }[] {
    if (/^(?:sha256:)?[a-f0-9]{64}$/.test(name)) return [];
    const reference = parseReference(name);
    if (reference.tag !== undefined || reference.digest !== undefined) return [];
    return this.references.inRepository(reference).filter((each) => each.reference.digest === undefined);
  }

  private async keep(saved: readonly SavedImage[], lease: LayerLease): Promise<void> {
    for (const { image } of saved) {
      for (const chainId of chainIds(image.diffIds)) {
        if (!(await lease.keep(chainId))) throw notFound(`layer ${chainId} of image ${image.id} does not exist`);
      }
    }
  }
}
