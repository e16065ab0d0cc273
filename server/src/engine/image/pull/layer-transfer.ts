import { chainId } from '../../../base/digest.js';
import { invalidParameter } from '../../../base/errors.js';
import type { Descriptor } from '../../../base/manifest.js';
import type { Slots } from '../../../base/slots.js';
import type { LayerStage, UnpackedLayer } from '../../../drivers/graphdriver/driver.js';
import type { LayerLease } from '../../../graph/layer-lease.js';
import type { Layer } from '../../../graph/layer.js';
import type { Layers } from '../../../graph/layers.js';
import type { Repository } from '../../../registry/repository.js';
import type { ProgressMessage } from '../progress.js';

/** Milliseconds between two messages about the same download. */
const PROGRESS_INTERVAL = 100;

export type TransferListener = (message: ProgressMessage) => void;

/** One layer blob on its way from a registry into the graph driver, for as many pulls as want it. */
export class LayerTransfer {
  /** Settles when the blob is unpacked and verified, or failed. */
  readonly done: Promise<UnpackedLayer>;
  private readonly listeners = new Set<TransferListener>();
  private readonly abort = new AbortController();
  /** Keeps the layer for those who still want a copy of it. */
  private readonly lease: LayerLease;
  private stage: LayerStage | undefined;
  private committed: Layer | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private last: ProgressMessage = { status: 'Pulling fs layer', progressDetail: {} };

  constructor(
    private readonly layers: Layers,
    private readonly repository: Repository,
    private readonly descriptor: Descriptor,
    private readonly slots: Slots,
  ) {
    this.lease = layers.lease();
    this.done = this.run();
    this.done.catch(() => undefined);
  }

  /** Whether nobody wants it any more. */
  get isDeserted(): boolean {
    return this.abort.signal.aborted;
  }

  /** Tells `listener` how it gets on, until it leaves. */
  join(listener: TransferListener): void {
    this.listeners.add(listener);
    listener(this.last);
  }

  /** Gives up one pull's interest; the last one stops the transfer and deletes what nobody took. */
  async leave(listener: TransferListener): Promise<void> {
    this.listeners.delete(listener);
    if (this.listeners.size > 0 || this.isDeserted) return;
    this.abort.abort();
    await Promise.allSettled([this.done, this.turn]);
    if (this.stage) await this.layers.discard(this.stage);
    await this.lease.release();
  }

  /**
   * Makes the blob the layer with `diffId` on top of `parent`.
   * @throws InvalidParameter when it is another one
   */
  async commit(diffId: string, parent: string | undefined, lease: LayerLease): Promise<Layer> {
    const unpacked = await this.done;
    if (unpacked.diffId !== diffId) {
      throw invalidParameter(
        `layers from manifest don't match image configuration: ${this.descriptor.digest} has diffID ${unpacked.diffId}, not ${diffId}`,
      );
    }
    const result = this.turn.then(() => this.commitNow(unpacked, parent, lease));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async commitNow(unpacked: UnpackedLayer, parent: string | undefined, lease: LayerLease): Promise<Layer> {
    const known = await lease.keep(chainId(parent, unpacked.diffId));
    if (known) return known;
    if (this.committed) return lease.copy(this.committed, parent);
    if (!this.stage) throw invalidParameter(`layer ${this.descriptor.digest} could not be committed`);
    const stage = this.stage;
    this.stage = undefined;
    const layer = await lease.commit(stage, unpacked, parent);
    this.committed = await this.lease.keep(layer.chainId);
    return layer;
  }

  private async run(): Promise<UnpackedLayer> {
    const { signal } = this.abort;
    if (this.slots.full) this.tell('Waiting');
    const giveBack = await this.slots.take(signal);
    try {
      return await this.unpack(signal);
    } finally {
      giveBack();
    }
  }

  private async unpack(signal: AbortSignal): Promise<UnpackedLayer> {
    const stage = await this.layers.stage();
    try {
      await this.download(stage, signal);
    } catch (error) {
      await stage.abort();
      throw error;
    }
    this.tell('Verifying Checksum');
    const unpacked = await stage.end();
    if (unpacked.digest !== this.descriptor.digest) {
      await this.layers.discard(stage);
      throw invalidParameter(`filesystem layer verification failed for digest ${this.descriptor.digest}`);
    }
    this.tell('Download complete');
    this.stage = stage;
    return unpacked;
  }

  private async download(stage: LayerStage, signal: AbortSignal): Promise<void> {
    const total = this.descriptor.size;
    let current = 0;
    let told = 0;
    const onRetry = (_: unknown, tried: number) => this.tell(`Retrying (${tried})`, { current, total });
    for await (const chunk of this.repository.download(this.descriptor, { signal, onRetry })) {
      await stage.write(chunk);
      current += chunk.length;
      const now = performance.now();
      if (now - told < PROGRESS_INTERVAL && current < total) continue;
      told = now;
      this.tell('Downloading', { current, total });
    }
  }

  private tell(status: string, progressDetail: { current?: number; total?: number } = {}): void {
    this.last = { status, progressDetail };
    for (const listener of this.listeners) listener(this.last);
  }
}
