import { Injectable } from '@nestjs/common';
import { cancelled, invalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { parsePlatformJson } from '../../base/platform.js';
import { familiar, type Reference } from '../../base/reference.js';
import { Events } from '../../events/events.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import type { ArchiveImage } from '../../graph/archive/archive.js';
import { ArchiveLayers } from '../../graph/archive/archive-layers.js';
import { readArchive } from '../../graph/archive/read-archive.js';
import { type ImageContent, parseImage } from '../../graph/image.js';
import { type ImageRegistration, Images } from '../../graph/images.js';
import type { LayerLease } from '../../graph/layer-lease.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import type { Job, JobContext } from '../job.js';
import { publishImageEvent } from './events.js';
import type { Progress } from './progress.js';

export interface ImageLoadParams {
  /** The tar, compressed or not. */
  readonly archive: AsyncIterable<Buffer>;
  readonly quiet?: boolean;
  /** JSON of the OCI platforms wanted; every one that is there when left out. */
  readonly platform?: readonly string[];
  readonly progress: Progress;
}

/** Takes in the images of an archive (`docker save`, OCI image layout): all of them or, when anything is wrong, none. */
@Injectable()
export class ImageLoad implements Job<ImageLoadParams, void> {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly references: References,
    private readonly events: Events,
  ) {}

  async run(params: ImageLoadParams, { signal }: JobContext): Promise<void> {
    const platforms = (params.platform ?? []).map(parsePlatformJson);
    const archive = await this.unpack(params.archive, signal);
    const staged = new ArchiveLayers(archive.layers);
    const lease = this.layers.lease();
    try {
      const progress = params.quiet ? () => undefined : params.progress;
      const registrations: ImageRegistration[] = [];
      for (const image of readArchive(archive, platforms)) registrations.push(await commitLayers(image, staged, lease, progress, signal));
      await this.layers.persist();
      const before = this.owners(registrations);
      this.images.registerAll(registrations);
      await this.tellRenamed(before, params.progress);
      await this.tell(registrations, params.progress);
    } finally {
      await staged.discard(this.layers);
      await lease.release();
    }
  }

  private async unpack(archive: AsyncIterable<Buffer>, signal: AbortSignal): Promise<StagedArchive> {
    const stage = await this.layers.stageArchive();
    try {
      for await (const chunk of archive) {
        signal.throwIfAborted();
        await stage.write(chunk);
      }
    } catch (error) {
      await stage.abort();
      throw signal.aborted ? cancelled('the load was cancelled', error) : error;
    }
    return stage.end();
  }

  /** Every name that is given, with the image that has it now. */
  private owners(registrations: readonly ImageRegistration[]): Map<Reference, string | undefined> {
    const names = registrations.flatMap(({ references = [] }) => references);
    const unique = new Map(names.map((reference) => [familiar(reference), reference]));
    return new Map([...unique.values()].map((reference) => [reference, this.references.imageOf(reference)]));
  }

  private async tellRenamed(before: Map<Reference, string | undefined>, progress: Progress): Promise<void> {
    for (const [reference, owner] of before) {
      if (owner === undefined || this.references.imagesOf(reference).includes(owner)) continue;
      await progress({
        stream: `The image ${familiar(reference)} already exists, renaming the old one with ID ${owner} to empty string\n`,
      });
    }
  }

  /** Of an image that came for several platforms each name once. */
  private async tell(registrations: readonly ImageRegistration[], progress: Progress): Promise<void> {
    const told = new Set<string>();
    for (const { config, references = [] } of registrations) {
      const image = parseImage(config);
      publishImageEvent(this.events, 'load', image, image.id, image.id);
      const lines =
        references.length > 0 ? references.map((each) => `Loaded image: ${familiar(each)}\n`) : [`Loaded image ID: ${image.id}\n`];
      for (const stream of lines) if (!told.has(stream)) await progress({ stream });
      for (const stream of lines) told.add(stream);
    }
  }
}

/** Puts the layers of one image into the store, each checked against the diff ID in the config. */
async function commitLayers(
  { config, manifests, statements, layers, references }: ArchiveImage,
  staged: ArchiveLayers,
  lease: LayerLease,
  progress: Progress,
  signal: AbortSignal,
): Promise<ImageRegistration> {
  const image = parseImage(config);
  checkCount(image, layers);
  let parent: string | undefined;
  for (const [index, diffId] of image.diffIds.entries()) {
    signal.throwIfAborted();
    const layer = await staged.commit(layers[index] ?? '', diffId, parent, lease);
    await progress({ status: 'Loading layer', progressDetail: { current: layer.size, total: layer.size }, id: shortId(diffId) });
    parent = layer.chainId;
  }
  return { config, manifests, statements, references };
}

function checkCount({ id, diffIds }: ImageContent, layers: readonly string[]): void {
  if (diffIds.length === layers.length) return;
  throw invalidParameter(`invalid archive: image ${id} has ${diffIds.length} layers in its config but ${layers.length} in the manifest`);
}
