import { Injectable } from '@nestjs/common';
import type { ImageHistoryData, ImageHistoryResponseItem } from '../../api/generated/types.gen.js';
import { systemError } from '../../base/errors.js';
import { parsePlatformJson } from '../../base/platform.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import type { Job } from '../job.js';
import { createdNano } from './match.js';

export type ImageHistoryParams = ImageHistoryData['path'] & NonNullable<ImageHistoryData['query']>;

const MISSING = '<missing>';

/** Tells the steps in which an image was made, the last one first. */
@Injectable()
export class ImageHistory implements Job<ImageHistoryParams, ImageHistoryResponseItem[]> {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
  ) {}

  async run({ name, platform }: ImageHistoryParams): Promise<ImageHistoryResponseItem[]> {
    const image = this.images.get(name, platform ? parsePlatformJson(platform) : undefined);
    const stack = this.layers.stack(image.topLayer);
    let layer = 0;
    const items = image.history.map((entry): ImageHistoryResponseItem => {
      const files = entry.empty_layer ? undefined : stack[layer++];
      if (!entry.empty_layer && !files) throw systemError(`too many non-empty layers in the history of image ${image.id}`);
      return {
        Id: MISSING,
        Created: Number(createdNano(entry as Pick<Image, 'created'>) / 1_000_000_000n),
        CreatedBy: entry.created_by ?? '',
        Tags: null,
        Size: files?.size ?? 0,
        Comment: entry.comment ?? '',
      };
    });
    return this.withAncestors(image, items.toReversed());
  }

  /** The first step is the image itself, the ones after it its parents as far as they are kept. */
  private withAncestors(image: Image, items: ImageHistoryResponseItem[]): ImageHistoryResponseItem[] {
    let ancestor: Image | undefined = image;
    for (const item of items) {
      if (!ancestor) break;
      item.Id = ancestor.id;
      item.Tags = ancestor.repoTags.length > 0 ? [...ancestor.repoTags] : null;
      ancestor = ancestor.parent !== undefined && this.images.has(ancestor.parent) ? this.images.byId(ancestor.parent) : undefined;
    }
    return items;
  }
}
