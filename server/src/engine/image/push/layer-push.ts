import { chainIds } from '../../../base/digest.js';
import { shortId } from '../../../base/ids.js';
import { type Descriptor, MediaType } from '../../../base/manifest.js';
import { type Reference, repositoryOf } from '../../../base/reference.js';
import type { Slots } from '../../../base/slots.js';
import type { Image } from '../../../graph/image.js';
import type { LayerBlob, LayerBlobs } from '../../../graph/layer-blobs.js';
import type { Layers } from '../../../graph/layers.js';
import { RegistryError } from '../../../registry/errors.js';
import type { Repository } from '../../../registry/repository.js';
import { hasBlob, mountBlob, uploadLayer } from '../../../registry/upload.js';
import type { Progress } from '../progress.js';

/** Milliseconds between two messages about the same upload. */
const PROGRESS_INTERVAL = 100;

interface PushedLayer {
  readonly chainId: string;
  readonly diffId: string;
}

/** Brings layers to one repository: what it has is left, what its registry has elsewhere is mounted, the rest is sent. */
export class LayerPush {
  private readonly done = new Map<string, Promise<Descriptor>>();
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;

  constructor(
    private readonly layers: Layers,
    private readonly blobs: LayerBlobs,
    private readonly repository: Repository,
    private readonly target: Reference,
    private readonly slots: Slots,
    private readonly progress: Progress,
    signal: AbortSignal,
  ) {
    this.signal = AbortSignal.any([signal, this.stop.signal]);
  }

  /** @returns descriptors of the image's layers as they are there, lowest first; the first that fails stops the others */
  async push({ diffIds }: Image): Promise<Descriptor[]> {
    const chain = chainIds(diffIds);
    const layers = diffIds.map((diffId, index) => ({ diffId, chainId: chain[index] as string }));
    for (const { diffId } of layers) await this.tell(diffId, 'Preparing');
    try {
      return await Promise.all(layers.map((layer) => this.once(layer)));
    } catch (error) {
      this.stop.abort();
      await Promise.allSettled(this.done.values());
      throw error;
    }
  }

  /** The same files may stand in an image twice, and in several images: they are sent once. */
  private once(layer: PushedLayer): Promise<Descriptor> {
    const known = this.done.get(layer.diffId);
    if (known) return known;
    const work = this.inTurn(layer);
    this.done.set(layer.diffId, work);
    return work;
  }

  private async inTurn(layer: PushedLayer): Promise<Descriptor> {
    if (this.slots.full) await this.tell(layer.diffId, 'Waiting');
    const giveBack = await this.slots.take(this.signal);
    try {
      return (await this.reuse(layer)) ?? (await this.send(layer));
    } finally {
      giveBack();
    }
  }

  private async reuse({ chainId, diffId }: PushedLayer): Promise<Descriptor | undefined> {
    const forms = this.blobs.of(chainId);
    for (const digest of new Set(forms.map((form) => form.digest))) {
      const same = forms.filter((form) => form.digest === digest);
      const form = same[0] as LayerBlob;
      if (await hasBlob(this.repository, digest, this.signal)) {
        await this.tell(diffId, 'Layer already exists');
        return descriptorOf(form);
      }
      for (const from of this.mountable(same)) {
        if (!(await this.mount(digest, from))) continue;
        await this.tell(diffId, `Mounted from ${from}`);
        this.blobs.add(chainId, this.target, form);
        return descriptorOf(form);
      }
    }
    return undefined;
  }

  /** Paths of other repositories of the same registry that had the blob. */
  private mountable(forms: readonly LayerBlob[]): string[] {
    const prefix = `${this.target.domain}/`;
    const others = forms.filter(({ repository }) => repository.startsWith(prefix) && repository !== repositoryOf(this.target));
    return others.map(({ repository }) => repository.slice(prefix.length));
  }

  /** A registry that will not let us have another repository's blob gets it sent. */
  private async mount(digest: string, from: string): Promise<boolean> {
    try {
      return await mountBlob(this.repository, digest, from, this.signal);
    } catch (error) {
      if (error instanceof RegistryError && error.status >= 400 && error.status < 500) return false;
      throw error;
    }
  }

  private async send({ chainId, diffId }: PushedLayer): Promise<Descriptor> {
    const total = await this.layers.tarSize(chainId);
    let told = 0;
    const { stream, taken } = await this.layers.compressed(chainId);
    const onChunk = () => {
      const current = taken();
      const now = performance.now();
      if (now - told < PROGRESS_INTERVAL && current < total) return;
      told = now;
      void this.tell(diffId, 'Pushing', { current, total });
    };
    const { digest, size } = await uploadLayer(this.repository, stream, onChunk, this.signal);
    await this.tell(diffId, 'Pushed');
    const form = { digest, size, mediaType: MediaType.dockerLayer };
    this.blobs.add(chainId, this.target, form);
    return form;
  }

  private async tell(diffId: string, status: string, progressDetail: { current?: number; total?: number } = {}): Promise<void> {
    await this.progress({ status, progressDetail, id: shortId(diffId) });
  }
}

function descriptorOf({ digest, mediaType, size }: LayerBlob): Descriptor {
  return { digest: digest as Descriptor['digest'], mediaType, size };
}
