import { Injectable } from '@nestjs/common';
import { nowRfc3339 } from '../../../container/time.js';
import type { HistoryEntry, Image } from '../../../graph/image.js';
import { Images } from '../../../graph/images.js';
import { Layers } from '../../../graph/layers.js';
import { stageTar } from '../stage-tar.js';
import { StepLayers } from './step-layers.js';

/** Makes one layer of all that a build has put on its base. */
@Injectable()
export class Squash {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly steps: StepLayers,
  ) {}

  /**
   * An image with the layers of `base` and one more, in which everything is that `id` has over it. It has no parent, and its history
   * tells of every step as one without a layer, and of the merge, as Docker's does.
   * @param base image ID, or '' for `scratch`
   * @returns its ID
   */
  async squash(id: string, base: string, signal: AbortSignal): Promise<string> {
    const image = this.images.byId(id);
    const below = base === '' ? undefined : this.images.byId(base);
    const lease = this.layers.lease();
    try {
      const { stage, unpacked } = await this.steps.read(image.topLayer, (top) =>
        this.steps.read(below?.topLayer, (bottom) => stageTar(this.layers, top.packChanges(bottom), signal)),
      );
      const { diffId } = await lease.commit(stage, unpacked, below?.topLayer);
      await this.layers.persist();
      return this.images.register({ config: squashedConfig(this.images.config(id), image, below, diffId) });
    } finally {
      await lease.release();
    }
  }
}

function squashedConfig(config: Buffer, { id }: Image, below: Image | undefined, diffId: string): Buffer {
  const json = JSON.parse(config.toString('utf8')) as { history?: readonly HistoryEntry[] };
  const kept = below?.history.length ?? 0;
  const created = nowRfc3339();
  const comment = below ? `merge ${id} to ${below.id}` : `create new from ${id}`;
  const history = (json.history ?? []).map((entry, at) => (at < kept ? entry : { ...entry, empty_layer: true }));
  return Buffer.from(
    JSON.stringify({
      ...json,
      created,
      rootfs: { type: 'layers', diff_ids: [...(below?.diffIds ?? []), diffId] },
      history: [...history, { created, comment }],
    }),
  );
}
