import { Injectable } from '@nestjs/common';
import type { ImageDeleteData, ImageDeleteResponseItem } from '../../api/generated/types.gen.js';
import { conflict } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { parsePlatformJson } from '../../base/platform.js';
import { parseReference, type Reference, repositoryOf, withDefaultTag } from '../../base/reference.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { References } from '../../graph/references.js';
import type { Job } from '../job.js';
import { type Deleted, ImageDeletion } from './deletion.js';

export type ImageDeleteParams = ImageDeleteData['path'] & NonNullable<ImageDeleteData['query']>;

/** Takes a name off an image, and deletes the image with its last one; the same for the images of other platforms it stands for. */
@Injectable()
export class ImageDelete implements Job<ImageDeleteParams, ImageDeleteResponseItem[]> {
  constructor(
    private readonly images: Images,
    private readonly references: References,
    private readonly deletion: ImageDeletion,
  ) {}

  async run({ name, force: forced = false, noprune = false, platforms = [] }: ImageDeleteParams): Promise<ImageDeleteResponseItem[]> {
    const image = this.images.get(name);
    const deleted: Deleted = { items: [], reclaimed: 0 };
    if (platforms.length > 0) {
      const chosen = platforms.map((platform) => this.images.get(name, parsePlatformJson(platform)).id);
      for (const id of new Set(chosen)) await this.removePlatform(id, forced, !noprune, deleted);
      return deleted.items;
    }
    const byName = !image.id.startsWith(name) && !image.id.slice('sha256:'.length).startsWith(name);
    const sharing = this.references.sharing(image.id);
    if (byName) this.removeName(image, name, forced, deleted);
    else this.removeOnlyNames(image, forced, deleted);
    if (!byName || this.references.of(image.id).length === 0) {
      await this.deletion.delete(image.id, deleted, { forced, prune: !noprune, quiet: byName });
    }
    for (const id of sharing) {
      if (this.references.of(id).length === 0) await this.deletion.delete(id, deleted, { forced, prune: !noprune, quiet: true });
    }
    return deleted.items;
  }

  /** One platform of what its names stand for; the names stay with the others, or go with the last. */
  private async removePlatform(id: string, forced: boolean, prune: boolean, deleted: Deleted): Promise<void> {
    const against = this.deletion.obstacle(id, { forced, named: false });
    if (against) throw against.error;
    this.images.withdraw(id);
    this.removeOnlyNames(this.images.byId(id), forced, deleted);
    await this.deletion.delete(id, deleted, { forced, prune, quiet: false });
  }

  /** With the last tag of a repository its digests go too. */
  private removeName(image: Image, name: string, forced: boolean, deleted: Deleted): void {
    const user = this.deletion.user(image.id);
    if (!forced && user && isSingle(this.references.of(image.id))) {
      throw conflict(
        `conflict: unable to remove repository reference "${name}" (must force) - ` +
          `container ${shortId(user.id)} is using its referenced image ${shortId(image.id)}`,
      );
    }
    const removed = this.reference(name);
    deleted.items.push(this.deletion.untag(image, removed));
    const rest = this.references.of(image.id).filter((each) => repositoryOf(each) === repositoryOf(removed));
    if (removed.digest !== undefined || rest.some((each) => each.digest === undefined)) return;
    for (const reference of rest) deleted.items.push(this.deletion.untag(image, reference));
  }

  /** An ID stands for the image's names when they are all of one repository and at most one of them is a tag. */
  private removeOnlyNames(image: Image, forced: boolean, deleted: Deleted): void {
    const names = this.references.of(image.id);
    if (!isSingle(names)) return;
    const against = this.deletion.obstacle(image.id, { forced, named: false });
    if (against) throw against.error;
    for (const reference of names) deleted.items.push(this.deletion.untag(image, reference));
  }

  /** A name with both tag and digest means the digest, which is what is stored. */
  private reference(name: string): Reference {
    const reference = withDefaultTag(parseReference(name));
    return reference.digest === undefined ? reference : { ...reference, tag: undefined };
  }
}

function isSingle(names: readonly Reference[]): boolean {
  const tags = names.filter((name) => name.digest === undefined);
  return names.length > 0 && tags.length <= 1 && new Set(names.map(repositoryOf)).size === 1;
}
