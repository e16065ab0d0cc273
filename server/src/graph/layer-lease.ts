import { chainId as chainIdOf } from '../base/digest.js';
import type { GraphDriver, LayerStage, UnpackedLayer } from '../drivers/graphdriver/driver.js';
import type { Layer } from './layer.js';

/** The part of the layer store that leases are made of. */
export interface LayerHolds {
  find(chainId: string): Layer | undefined;
  /** Keeps a layer from being collected. Counted. */
  hold(chainId: string, layer?: Layer): void;
  unhold(chainId: string): Promise<void>;
  serially<T>(chainId: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Layers kept while an image is being made of them. After the release a layer stays only if an image was registered on it.
 *
 * const lease = undo.add(layers.lease(), () => lease.release());
 */
export class LayerLease {
  private readonly kept: string[] = [];

  constructor(
    private readonly layers: LayerHolds,
    private readonly driver: GraphDriver,
  ) {}

  /** Keeps layer `chainId` if the store has it. */
  keep(chainId: string): Promise<Layer | undefined> {
    return this.layers.serially(chainId, async () => this.keepNow(chainId));
  }

  /** Makes an ended stage the layer on top of `parent` and keeps it; the stage is used up, also when this throws. */
  commit(stage: LayerStage, unpacked: UnpackedLayer, parent: string | undefined): Promise<Layer> {
    const chainId = chainIdOf(parent, unpacked.diffId);
    return this.layers.serially(chainId, async () => {
      const known = this.keepNow(chainId);
      if (known) {
        await this.driver.discard(stage);
        return known;
      }
      await this.commitNow(stage, chainId, parent);
      const layer: Layer = { chainId, diffId: unpacked.diffId, parent, tarSize: unpacked.tarSize, size: unpacked.size };
      this.hold(chainId, layer);
      return layer;
    });
  }

  /** Unpacks a layer of the store once more, on top of another parent: the same files may stand twice in an image. */
  async copy(layer: Layer, parent: string | undefined): Promise<Layer> {
    const stage = await this.driver.stage();
    try {
      for await (const chunk of await this.driver.tar(layer.chainId)) await stage.write(chunk as Buffer);
    } catch (error) {
      await stage.abort();
      throw error;
    }
    return this.commit(stage, await stage.end(), parent);
  }

  /** Lets go of everything; what no image stands on is deleted. */
  async release(): Promise<void> {
    for (let id = this.kept.pop(); id !== undefined; id = this.kept.pop()) await this.layers.unhold(id);
  }

  private keepNow(chainId: string): Layer | undefined {
    const layer = this.layers.find(chainId);
    if (layer) this.hold(chainId);
    return layer;
  }

  private async commitNow(stage: LayerStage, chainId: string, parent: string | undefined): Promise<void> {
    try {
      await this.driver.commit(stage, chainId, parent);
    } catch (error) {
      await this.driver.discard(stage);
      throw error;
    }
  }

  private hold(chainId: string, layer?: Layer): void {
    this.layers.hold(chainId, layer);
    this.kept.push(chainId);
  }
}
