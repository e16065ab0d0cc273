import { Injectable } from '@nestjs/common';
import type { ImageDeleteData, ImageDeleteResponseItem } from '../../api/generated/types.gen.js';
import { conflict } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { parsePlatformJson } from '../../base/platform.js';
import { canonical, familiar, type Reference, repositoryOf } from '../../base/reference.js';
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
    const reference = this.images.nameIn(name);
    const deleted: Deleted = { items: [], reclaimed: 0 };
    if (platforms.length > 0) {
      const chosen = new Set(platforms.map((platform) => this.images.get(name, parsePlatformJson(platform)).id));
      await this.removePlatforms(chosen, reference, { forced, prune: !noprune }, deleted);
      return deleted.items;
    }
    const platformsBefore = [image.id, ...this.references.sharing(image.id)];
    if (reference) this.removeName(image, name, reference, forced, deleted);
    else this.removeOnlyNames(image, forced, deleted);
    for (const id of platformsBefore) {
      const asked = reference === undefined && id === image.id;
      if (asked || this.references.of(id).length === 0) {
        await this.deletion.delete(id, deleted, { forced, prune: !noprune, quiet: !asked });
      }
    }
    return deleted.items;
  }

  /** Images of single platforms; their names stay with the others, or go with the last. */
  private async removePlatforms(
    ids: ReadonlySet<string>,
    name: Reference | undefined,
    { forced, prune }: { forced: boolean; prune: boolean },
    deleted: Deleted,
  ): Promise<void> {
    for (const id of ids) {
      const against = this.deletion.obstacle(id, { forced, named: false });
      if (against) throw against.error;
      const ending = this.references.of(id).filter((each) => this.references.imagesOf(each).every((other) => ids.has(other)));
      const alone = name ? ending.filter((each) => !goesWith(each, name)) : isSingle(ending) ? [] : ending;
      if (alone.length > 0 && !forced) throw stillNamed(id, alone);
    }
    for (const id of ids) {
      this.images.withdraw(id);
      await this.deletion.delete(id, deleted, { forced: true, prune, quiet: false });
    }
  }

  /** With the last tag of a repository its digests go too. */
  private removeName(image: Image, name: string, removed: Reference, forced: boolean, deleted: Deleted): void {
    for (const id of forced ? [] : this.references.imagesOf(removed)) {
      const user = this.deletion.user(id);
      if (!user || !isSingle(this.references.of(id))) continue;
      throw conflict(
        `conflict: unable to remove repository reference "${name}" (must force) - ` +
          `container ${shortId(user.id)} is using its referenced image ${shortId(id)}`,
      );
    }
    deleted.items.push(this.deletion.untag(image, removed));
    const rest = this.references.of(image.id).filter((each) => repositoryOf(each) === repositoryOf(removed));
    if (removed.digest !== undefined || rest.some((each) => each.digest === undefined)) return;
    for (const reference of rest) deleted.items.push(this.deletion.untag(image, reference));
  }

  /** An ID stands for the image's names when they are all of one repository and at most one of them is a tag. */
  private removeOnlyNames(image: Image, forced: boolean, deleted: Deleted): void {
    const names = this.references.of(image.id);
    if (!isSingle(names)) return;
    for (const id of [image.id, ...this.goingWith(image.id)]) {
      const against = this.deletion.obstacle(id, { forced, named: false });
      if (against) throw against.error;
    }
    for (const reference of names) deleted.items.push(this.deletion.untag(image, reference));
  }

  /** IDs of the images of other platforms that lose their last name with those of a main image. */
  private goingWith(id: string): string[] {
    const isKept = (name: Reference) => this.references.imageOf(name) !== id;
    return this.references.sharing(id).filter((other) => !this.references.of(other).some(isKept));
  }
}

/** Whether a name goes with another that is taken away: that itself, and when it is a tag the digests of its repository. */
function goesWith(each: Reference, name: Reference): boolean {
  if (canonical(each) === canonical(name)) return true;
  return name.digest === undefined && each.digest !== undefined && repositoryOf(each) === repositoryOf(name);
}

function stillNamed(id: string, names: readonly Reference[]): Error {
  const list = names.map(familiar).join(', ');
  return conflict(`conflict: unable to delete ${shortId(id)} (must be forced) - image is referenced by ${list} too`);
}

function isSingle(names: readonly Reference[]): boolean {
  const tags = names.filter((name) => name.digest === undefined);
  return names.length > 0 && tags.length <= 1 && new Set(names.map(repositoryOf)).size === 1;
}
