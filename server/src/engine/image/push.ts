import { Inject, Injectable } from '@nestjs/common';
import type { ImagePushData } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { digestOf } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import { MediaType } from '../../base/manifest.js';
import { parsePlatformJson, type Platform } from '../../base/platform.js';
import { familiar, familiarName, parseReference, parseTag, type Reference, repositoryOf } from '../../base/reference.js';
import { Slots } from '../../base/slots.js';
import { Events } from '../../events/events.js';
import type { Image } from '../../graph/image.js';
import { Images, type Manifest } from '../../graph/images.js';
import { LayerBlobs } from '../../graph/layer-blobs.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import { parseRegistryAuth } from '../../registry/credentials.js';
import { Registry } from '../../registry/registry.js';
import type { Repository } from '../../registry/repository.js';
import { putManifest, uploadContent } from '../../registry/upload.js';
import type { Job, JobContext } from '../job.js';
import { checkLayers } from './damaged-layer.js';
import { publishImageEvent } from './events.js';
import type { Progress } from './progress.js';
import { choosePlatforms, type PushChoice } from './push/choose-platforms.js';
import { pushAttestations } from './push/push-attestations.js';
import { LayerPush } from './push/layer-push.js';
import { pushError } from './push/push-error.js';
import { pushIndex } from './push/push-index.js';
import { pushManifest } from './push/push-manifest.js';

export interface ImagePushParams extends NonNullable<ImagePushData['query']> {
  readonly name: string;
  /** The header X-Registry-Auth. */
  readonly auth?: string | undefined;
  readonly progress: Progress;
}

/** What all of one push shares. */
interface Push {
  readonly repository: Repository;
  readonly layers: LayerPush;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Brings an image, or all images of a repository, to its registry; with all platforms where all that its index lists are here. */
@Injectable()
export class ImagePush implements Job<ImagePushParams, void> {
  private readonly slots: Slots;

  constructor(
    private readonly registry: Registry,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly blobs: LayerBlobs,
    private readonly references: References,
    private readonly events: Events,
    @Inject(DAEMON_CONFIG) config: Pick<DaemonConfig, 'maxConcurrentUploads'>,
  ) {
    this.slots = new Slots(() => config.maxConcurrentUploads);
  }

  async run({ name, tag, platform, auth, progress }: ImagePushParams, { signal }: JobContext): Promise<void> {
    const target = wanted(name, tag);
    const credentials = parseRegistryAuth(auth);
    await progress({ status: `The push refers to repository [${repositoryOf(target)}]` });
    const pushed = this.tagsOf(target).map((tagged) => ({
      reference: tagged,
      choice: this.choice(tagged, platform ? parsePlatformJson(platform) : undefined),
    }));
    const lease = this.layers.lease();
    try {
      const repository = await this.registry.repository(target, credentials, 'pull,push', signal);
      const layers = new LayerPush(this.layers, this.blobs, repository, target, this.slots, progress, signal);
      for (const { reference, choice } of pushed) {
        for (const { topLayer } of choice.images) for (const { chainId } of this.layers.stack(topLayer)) await lease.keep(chainId);
        for (const image of choice.images) await checkLayers(this.layers, image);
        await this.pushOne({ repository, layers, progress, signal }, reference, choice);
      }
      publishImageEvent(this.events, 'push', undefined, familiar(target), familiarName(target));
    } catch (error) {
      throw pushError(error, target, signal);
    } finally {
      await lease.release();
    }
  }

  private choice(reference: Reference, platform: Platform | undefined): PushChoice {
    if (platform) return { images: [this.images.get(familiar(reference), platform)], index: undefined };
    const images = this.references.imagesOf(reference).map((id) => this.images.byId(id));
    const here = new Set(images.flatMap(({ id }) => this.images.manifests(id).map(({ content }): string => digestOf(content))));
    return choosePlatforms(images, this.images.indexOf(reference), here);
  }

  private async pushOne(push: Push, reference: Reference, { images, index, instead }: PushChoice): Promise<void> {
    const { repository, progress, signal } = push;
    const tag = reference.tag ?? '';
    const manifests: Manifest[] = [];
    for (const image of images) manifests.push(await this.pushImage(push, image));
    const target = index ? await this.pushListed(push, index, images, manifests) : manifests[0]!;
    await putManifest(repository, tag, target.content, target.mediaType, signal);
    const digest = digestOf(target.content);
    const size = target.content.length;
    const name = { ...reference, tag: undefined, digest };
    const registrations = images.map((image, at) => ({
      config: this.images.config(image.id),
      manifests: index ? [target, manifests[at]!] : [manifests[at]!],
      references: [name],
    }));
    this.images.registerAll(registrations);
    await progress({ status: `${tag}: digest: ${digest} size: ${size}` });
    await progress({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
    if (instead) {
      const selected = { mediaType: target.mediaType, digest, size };
      await progress({ aux: { manifestPushedInsteadOfIndex: true, originalIndex: instead, selectedManifest: selected } });
    }
  }

  /** Brings the manifests of an index, and what it says about them. @returns the index to push */
  private async pushListed(
    { repository, signal }: Push,
    index: Manifest,
    images: readonly Image[],
    manifests: readonly Manifest[],
  ): Promise<Manifest> {
    const attestations = new Set<string>();
    for (const [at, manifest] of manifests.entries()) {
      await putManifest(repository, digestOf(manifest.content), manifest.content, manifest.mediaType, signal);
      const pushed = await pushAttestations(repository, this.images, index, images[at]!, manifest, signal);
      for (const digest of pushed) attestations.add(digest);
    }
    return pushIndex(index, images, manifests, attestations);
  }

  /** Brings the layers and the config. @returns the manifest, which is not there yet */
  private async pushImage({ repository, layers, signal }: Push, image: Image): Promise<Manifest> {
    const descriptors = await layers.push(image);
    const content = await uploadContent(repository, this.images.config(image.id), signal);
    return pushManifest(this.images.manifests(image.id), { ...content, mediaType: MediaType.dockerConfig }, descriptors);
  }

  /** The named tag, or all of the repository. @throws NotFound */
  private tagsOf(target: Reference): Reference[] {
    const all = this.references.inRepository(target).map(({ reference }) => reference);
    const tags = all.filter(({ digest }) => digest === undefined);
    if (tags.length === 0) throw notFound(`An image does not exist locally with the tag: ${familiarName(target)}`);
    const named = target.tag === undefined ? tags : tags.filter((each) => each.tag === target.tag);
    if (named.length === 0) throw notFound(`tag does not exist: ${familiar(target)}`);
    return named;
  }
}

function wanted(name: string, tag: string | undefined): Reference {
  const reference = parseReference(name);
  if (reference.digest !== undefined) throw invalidParameter('cannot push a digest reference');
  return tag ? { ...reference, tag: parseTag(tag) } : reference;
}
