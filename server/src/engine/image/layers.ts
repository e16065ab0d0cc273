import { Injectable } from '@nestjs/common';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import type { Job } from '../job.js';
import { measureWaste } from './layer-waste.js';

/** A layer of an image, as a person looks at it. */
export interface ImageLayer {
  /** Chain ID: the layer with all below it. */
  readonly id: string;
  /** What made it; '' when the image does not say. */
  readonly createdBy: string;
  readonly size: number;
  /** Left out where the storage driver does not keep layers apart. */
  readonly files?: number;
  /** Bytes below it that it replaces or deletes. */
  readonly wasted?: number;
}

/** Looks into the layers of an image: what each brings, and what it makes useless. */
@Injectable()
export class ImageLayers implements Job<{ name: string }, ImageLayer[]> {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
  ) {}

  async run({ name }: { name: string }): Promise<ImageLayer[]> {
    const { id, topLayer, history } = this.images.get(name);
    const release = this.images.hold(id);
    try {
      const stack = this.layers.stack(topLayer);
      const steps = history.filter(({ empty_layer }) => !empty_layer);
      const folders = await Promise.all(stack.map(async ({ chainId }) => (await this.layers.metadata(chainId)).Data['UpperDir']));
      const apart = folders.every((folder) => folder !== undefined);
      const measured = apart ? await measureWaste(folders as string[]) : [];
      return stack.map(({ chainId, size }, at) => ({
        id: chainId,
        createdBy: steps.length === stack.length ? (steps[at]?.created_by ?? '') : '',
        size,
        ...(measured[at] && { files: measured[at].files, wasted: measured[at].wasted }),
      }));
    } finally {
      release();
    }
  }
}
