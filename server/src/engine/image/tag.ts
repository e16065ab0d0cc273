import { Injectable } from '@nestjs/common';
import type { ImageTagData } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { familiar, familiarName, parseReference, parseTag, type Reference, withDefaultTag } from '../../base/reference.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import type { Job } from '../job.js';
import { publishImageEvent } from './events.js';

export type ImageTagParams = ImageTagData['path'] & NonNullable<ImageTagData['query']>;

/** Gives an image one more name, with all its platforms; another image that had it loses it. */
@Injectable()
export class ImageTag implements Job<ImageTagParams, void> {
  constructor(
    private readonly images: Images,
    private readonly events: Events,
  ) {}

  async run({ name, repo, tag }: ImageTagParams): Promise<void> {
    const reference = newName(repo ?? '', tag);
    const image = this.images.tag(name, reference);
    publishImageEvent(this.events, 'tag', image, image.id, familiar(reference));
  }
}

/** The name that `repo` and `tag` together give. @throws InvalidParameter for a digest, which nobody can give */
export function newName(repo: string, tag: string | undefined): Reference {
  const reference = parseReference(repo);
  if (reference.digest !== undefined) throw invalidParameter('refusing to create a tag with a digest reference');
  if (familiarName(reference) === 'sha256') throw invalidParameter('refusing to create an ambiguous tag using digest algorithm as name');
  return withDefaultTag(tag ? { ...reference, tag: parseTag(tag) } : reference);
}
