import { Injectable } from '@nestjs/common';
import { cancelled, invalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { type Platform, parsePlatformJson } from '../../base/platform.js';
import { familiar } from '../../base/reference.js';
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
  /** JSON of the OCI platform wanted; one at most. */
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
    const platform = onePlatform(params.platform);
    const archive = await this.unpack(params.archive, signal);
    const staged = new ArchiveLayers(archive.layers);
    const lease = this.layers.lease();
    try {
      const progress = params.quiet ? () => undefined : params.progress;
      const registrations: ImageRegistration[] = [];
      for (const image of readArchive(archive, platform)) registrations.push(await commitLayers(image, staged, lease, progress, signal));
      for (const registration of registrations) await this.tellRenamed(registration, params.progress);
      await this.layers.persist();
      this.images.registerAll(registrations);
      for (const registration of registrations) await this.tell(registration, params.progress);
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

  private async tellRenamed({ config, references = [] }: ImageRegistration, progress: Progress): Promise<void> {
    const { id } = parseImage(config);
    for (const reference of references) {
      const before = this.references.imageOf(reference);
      if (before === undefined || before === id) continue;
      await progress({
        stream: `The image ${familiar(reference)} already exists, renaming the old one with ID ${before} to empty string\n`,
      });
    }
  }

  private async tell({ config, references = [] }: ImageRegistration, progress: Progress): Promise<void> {
    const image = parseImage(config);
    publishImageEvent(this.events, 'load', image, image.id, image.id);
    for (const reference of references) await progress({ stream: `Loaded image: ${familiar(reference)}\n` });
    if (references.length === 0) await progress({ stream: `Loaded image ID: ${image.id}\n` });
  }
}

function onePlatform(platforms: readonly string[] = []): Platform | undefined {
  if (platforms.length > 1) throw invalidParameter('this image store keeps one platform of an image: give one platform');
  return platforms[0] === undefined ? undefined : parsePlatformJson(platforms[0]);
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
