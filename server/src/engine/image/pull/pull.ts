import { Injectable, Logger } from '@nestjs/common';
import { chainIds } from '../../../base/digest.js';
import { messageOf } from '../../../base/errors.js';
import { shortId } from '../../../base/ids.js';
import type { Platform } from '../../../base/platform.js';
import { familiar, familiarName, type Reference } from '../../../base/reference.js';
import { Events } from '../../../events/events.js';
import { Images } from '../../../graph/images.js';
import { LayerBlobs } from '../../../graph/layer-blobs.js';
import type { LayerLease } from '../../../graph/layer-lease.js';
import { Layers } from '../../../graph/layers.js';
import { References } from '../../../graph/references.js';
import type { Credentials } from '../../../registry/credentials.js';
import { Registry } from '../../../registry/registry.js';
import type { Repository } from '../../../registry/repository.js';
import { publishImageEvent } from '../events.js';
import type { Progress, ProgressMessage } from '../progress.js';
import { type Attestations, fetchAttestations } from './attestations.js';
import type { LayerTransfer, TransferListener } from './layer-transfer.js';
import { LayerTransfers } from './layer-transfers.js';
import { pullError } from './pull-error.js';
import { type RemoteImage, resolveImage } from './resolve.js';

export interface PullRequest {
  /** With a digest, with a tag, or with neither: all tags of the repository. */
  readonly reference: Reference;
  readonly platform: Platform | undefined;
  readonly credentials: Credentials;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Brings images from registries. Everything that arrives is verified by its digest before an image is made of it. */
@Injectable()
export class ImagePull {
  private readonly log = new Logger('ImagePull');

  constructor(
    private readonly registry: Registry,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly blobs: LayerBlobs,
    private readonly references: References,
    private readonly transfers: LayerTransfers,
    private readonly events: Events,
  ) {}

  /** Pulls one image or all of a repository. @throws NotFound, Unauthorized, InvalidParameter, System in Docker's words */
  async pull(request: PullRequest): Promise<void> {
    const { reference, signal } = request;
    try {
      if (await this.pullFromMirror(request)) return;
      await this.pullAll(await this.registry.repository(reference, request.credentials, 'pull', signal), request);
    } catch (error) {
      throw pullError(error, reference, signal);
    }
  }

  /** A mirror that does not have it, or fails, is passed over. @returns whether one had it */
  private async pullFromMirror(request: PullRequest): Promise<boolean> {
    const { reference, signal } = request;
    for (const mirror of this.registry.mirrorsOf(reference.domain)) {
      try {
        await this.pullAll(await this.registry.mirrored(mirror, reference, signal), request);
        return true;
      } catch (error) {
        signal.throwIfAborted();
        this.log.warn(`mirror ${mirror} did not give ${familiar(reference)}: ${messageOf(error)}`);
      }
    }
    return false;
  }

  private async pullAll(repository: Repository, request: PullRequest): Promise<void> {
    const { reference, signal, progress } = request;
    const all = reference.tag === undefined && reference.digest === undefined;
    const wanted = all ? (await repository.tags(signal)).map((tag) => ({ ...reference, tag })) : [reference];
    let isNew = false;
    for (const each of wanted) isNew = (await this.pullOne(repository, each, request)) || isNew;
    const status = isNew ? 'Downloaded newer image for' : 'Image is up to date for';
    await progress({ status: `Status: ${status} ${familiar(reference)}` });
  }

  /** @returns whether the name means another image than before */
  private async pullOne(repository: Repository, reference: Reference, request: PullRequest): Promise<boolean> {
    const { progress, signal, platform } = request;
    const remote = await repository.manifest(reference.digest ?? reference.tag ?? '', signal);
    await progress({ status: `Pulling from ${repository.path}`, id: reference.digest ?? reference.tag });
    const image = await resolveImage(repository, remote, reference, platform, signal);
    const lease = this.layers.lease();
    try {
      await this.fetchLayers(repository, image, lease, request);
      const byDigest = { ...reference, tag: undefined, digest: remote.digest };
      const names = reference.digest === undefined ? [reference, byDigest] : [byDigest];
      const attestations = await this.attestations(repository, image, signal);
      await this.layers.persist();
      const isNew = !this.references.imagesOf(names[0] as Reference).includes(image.content.id);
      this.images.register({
        config: image.config,
        manifests: [...image.sources, ...attestations.manifests],
        statements: attestations.statements,
        references: names,
      });
      this.remember(image, reference);
      publishImageEvent(this.events, 'pull', image.content, familiar(reference), familiarName(reference));
      await progress({ status: `Digest: ${remote.digest}` });
      return isNew;
    } finally {
      await lease.release();
    }
  }

  /** An image is as good without what is said about it. */
  private async attestations(repository: Repository, image: RemoteImage, signal: AbortSignal): Promise<Attestations> {
    try {
      return await fetchAttestations(repository, image, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.log.warn(`attestations of image ${image.content.id} were not fetched: ${messageOf(error)}`);
      return { manifests: [], statements: [] };
    }
  }

  private remember({ manifest, content }: RemoteImage, reference: Reference): void {
    for (const [index, chainId] of chainIds(content.diffIds).entries()) {
      const descriptor = manifest.layers[index];
      if (descriptor) this.blobs.add(chainId, reference, descriptor);
    }
  }

  /** Gets what the store lacks; layers arrive in any order and are committed from the lowest up. */
  private async fetchLayers(
    repository: Repository,
    { manifest, content }: RemoteImage,
    lease: LayerLease,
    request: PullRequest,
  ): Promise<void> {
    const isKnown = this.images.has(content.id);
    const chain = chainIds(content.diffIds);
    let known = 0;
    for (; known < chain.length && (await lease.keep(chain[known] as string)); known++) {
      if (!isKnown)
        await request.progress({ status: 'Already exists', progressDetail: {}, id: shortId(manifest.layers[known]?.digest ?? '') });
    }
    const joined = manifest.layers.slice(known).map((descriptor) => {
      const id = shortId(descriptor.digest);
      const listener = relay(id, request.progress);
      return { id, listener, transfer: this.transfers.join(repository, descriptor, listener) };
    });
    try {
      let parent = chain[known - 1] as string | undefined;
      const failure = firstFailure(
        joined.map(({ transfer }) => transfer),
        request.signal,
      );
      for (const [index, { id, transfer }] of joined.entries()) {
        await Promise.race([transfer.done, failure]);
        await request.progress({ status: 'Extracting', progressDetail: sizes(manifest.layers[known + index]?.size), id });
        parent = (await transfer.commit(content.diffIds[known + index] as string, parent, lease)).chainId;
        await request.progress({ status: 'Pull complete', progressDetail: {}, id });
      }
    } finally {
      await Promise.all(joined.map(({ transfer, listener }) => transfer.leave(listener)));
    }
  }
}

/** Rejects as soon as one of the transfers fails or the signal is aborted. */
function firstFailure(transfers: readonly LayerTransfer[], signal: AbortSignal): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    for (const { done } of transfers) done.catch(reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
  failure.catch(() => undefined);
  return failure;
}

/** Passes a transfer's messages on; while the client is slow, how far a download has got is not worth a queue. */
function relay(id: string, progress: Progress): TransferListener {
  let busy = false;
  return (message: ProgressMessage) => {
    if (busy && message.status === 'Downloading') return;
    busy = true;
    const sent = progress({ ...message, id });
    void Promise.resolve(sent).finally(() => (busy = false));
  };
}

function sizes(size = 0): { current: number; total: number } {
  return { current: size, total: size };
}
