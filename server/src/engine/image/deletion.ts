import { Injectable } from '@nestjs/common';
import type { ImageDeleteResponseItem } from '../../api/generated/types.gen.js';
import { chainIds } from '../../base/digest.js';
import { conflict, type KindError } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { familiar, type Reference } from '../../base/reference.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import { publishImageEvent } from './events.js';

/** What may keep an image from being deleted. */
export interface Obstacle {
  /** Force does not help. */
  readonly hard: boolean;
  /** A container stands on it. */
  readonly used: boolean;
  readonly error: KindError;
}

/** What of an image was taken away, and the bytes that gave back. */
export interface Deleted {
  readonly items: ImageDeleteResponseItem[];
  reclaimed: number;
}

/** Docker's rules for taking names and images away, which deleting and pruning share. */
@Injectable()
export class ImageDeletion {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly references: References,
    private readonly containers: Containers,
    private readonly events: Events,
  ) {}

  /** A container of the image, a running one first. */
  user(id: string, running?: boolean): Container | undefined {
    for (const container of this.containers.all()) {
      if (container.record.image === id && (running === undefined || container.state.running === running)) return container;
    }
    return undefined;
  }

  /** Takes one name away; from an image beside the main one of the name, that alone. */
  untag(image: Image, reference: Reference): ImageDeleteResponseItem {
    this.references.delete(reference, image.id);
    publishImageEvent(this.events, 'untag', image, image.id, image.id);
    return { Untagged: familiar(reference) };
  }

  /** The first thing that speaks against deleting; `named` counts names too, `forced` leaves soft ones out. */
  obstacle(id: string, { forced, named }: { forced: boolean; named: boolean }): Obstacle | undefined {
    if (this.images.children(id).length > 0) return obstacle(id, true, 'image has dependent child images');
    if (this.images.isHeld(id)) return obstacle(id, true, 'image is being used by a build', true);
    const running = this.user(id, true);
    if (running) return obstacle(id, true, `image is being used by running container ${shortId(running.id)}`, true);
    if (forced) return undefined;
    if (named && this.references.of(id).length > 0) return obstacle(id, false, 'image is referenced in multiple repositories');
    const stopped = this.user(id, false);
    return stopped && obstacle(id, false, `image is being used by stopped container ${shortId(stopped.id)}`, true);
  }

  /**
   * Deletes the image with all its names and the layers nothing else needs.
   * @param options.prune also deletes ancestors that have neither names nor users
   * @param options.quiet an obstacle only stops it, unless nobody uses the image or can name it
   * @throws Conflict
   */
  async delete(id: string, deleted: Deleted, options: { forced: boolean; prune: boolean; quiet: boolean }): Promise<void> {
    const against = this.obstacle(id, { forced: options.forced, named: true });
    if (against) {
      const dangling = this.references.of(id).length === 0 && this.images.children(id).length === 0;
      if (options.quiet && (!dangling || against.used)) return;
      throw against.error;
    }
    const image = this.images.byId(id);
    for (const reference of this.references.of(id)) deleted.items.push(this.untag(image, reference));
    const sizes = new Map(this.layers.stack(image.topLayer).map((layer) => [layer.chainId, layer.size]));
    await this.images.delete(id);
    publishImageEvent(this.events, 'delete', image, id, id);
    deleted.items.push({ Deleted: id });
    for (const chainId of chainIds(image.diffIds).toReversed()) {
      if (this.layers.find(chainId)) break;
      deleted.items.push({ Deleted: chainId });
      deleted.reclaimed += sizes.get(chainId) ?? 0;
    }
    if (options.prune && image.parent !== undefined && this.images.has(image.parent)) {
      await this.delete(image.parent, deleted, { forced: false, prune: true, quiet: true });
    }
  }
}

function obstacle(id: string, hard: boolean, reason: string, used = false): Obstacle {
  const force = hard ? 'cannot be forced' : 'must be forced';
  return { hard, used, error: conflict(`conflict: unable to delete ${shortId(id)} (${force}) - ${reason}`) };
}
