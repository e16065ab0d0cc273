import { Inject, Injectable } from '@nestjs/common';
import type { ImagePushData } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { digestOf } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import { type Descriptor, MediaType } from '../../base/manifest.js';
import { parsePlatformJson } from '../../base/platform.js';
import { familiar, familiarName, parseReference, parseTag, type Reference, repositoryOf } from '../../base/reference.js';
import { Slots } from '../../base/slots.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import { LayerBlobs } from '../../graph/layer-blobs.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import { parseRegistryAuth } from '../../registry/credentials.js';
import { Registry } from '../../registry/registry.js';
import type { Repository } from '../../registry/repository.js';
import { putManifest, uploadContent } from '../../registry/upload.js';
import type { Job, JobContext } from '../job.js';
import { publishImageEvent } from './events.js';
import type { Progress } from './progress.js';
import { LayerPush } from './push/layer-push.js';
import { pushError } from './push/push-error.js';
import { pushManifest } from './push/push-manifest.js';

export interface ImagePushParams extends NonNullable<ImagePushData['query']> {
  readonly name: string;
  /** The header X-Registry-Auth. */
  readonly auth?: string | undefined;
  readonly progress: Progress;
}

/** Brings an image, or all images of a repository, to its registry. */
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
    const pushed = this.tagsOf(target);
    for (const { image } of pushed) this.images.get(image, platform ? parsePlatformJson(platform) : undefined);
    const lease = this.layers.lease();
    try {
      const repository = await this.registry.repository(target, credentials, 'pull,push', signal);
      const layers = new LayerPush(this.layers, this.blobs, repository, target, this.slots, progress, signal);
      for (const { reference, image } of pushed) {
        for (const { chainId } of this.layers.stack(this.images.byId(image).topLayer)) await lease.keep(chainId);
        await this.pushOne(repository, layers, reference, image, progress, signal);
      }
      publishImageEvent(this.events, 'push', undefined, familiar(target), familiarName(target));
    } catch (error) {
      throw pushError(error, target, signal);
    } finally {
      await lease.release();
    }
  }

  private async pushOne(
    repository: Repository,
    layers: LayerPush,
    reference: Reference,
    id: string,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const descriptors = await layers.push(this.images.byId(id));
    const config = this.images.config(id);
    const uploaded: Descriptor = { ...(await uploadContent(repository, config, signal)), mediaType: MediaType.dockerConfig };
    const manifest = pushManifest(this.images.manifests(id), uploaded, descriptors);
    const tag = reference.tag ?? '';
    await putManifest(repository, tag, manifest.content, manifest.mediaType, signal);
    const digest = digestOf(manifest.content);
    const size = manifest.content.length;
    this.images.register({ config, manifests: [manifest], references: [{ ...reference, tag: undefined, digest }] });
    await progress({ status: `${tag}: digest: ${digest} size: ${size}` });
    await progress({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
  }

  /** The named tag, or all of the repository. @throws NotFound */
  private tagsOf(target: Reference): { reference: Reference; image: string }[] {
    const tags = this.references.inRepository(target).filter(({ reference }) => reference.digest === undefined);
    if (tags.length === 0) throw notFound(`An image does not exist locally with the tag: ${familiarName(target)}`);
    const named = target.tag === undefined ? tags : tags.filter(({ reference }) => reference.tag === target.tag);
    if (named.length === 0) throw notFound(`tag does not exist: ${familiar(target)}`);
    return named;
  }
}

function wanted(name: string, tag: string | undefined): Reference {
  const reference = parseReference(name);
  if (reference.digest !== undefined) throw invalidParameter('cannot push a digest reference');
  return tag ? { ...reference, tag: parseTag(tag) } : reference;
}
