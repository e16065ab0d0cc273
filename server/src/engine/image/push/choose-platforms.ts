import { attestedBy } from '../../../base/attestation.js';
import { digestOf } from '../../../base/digest.js';
import { conflict } from '../../../base/errors.js';
import { type Descriptor, type ImageIndex, parseManifest } from '../../../base/manifest.js';
import { hostPlatform, platformDistance } from '../../../base/platform.js';
import type { Image } from '../../../graph/image.js';
import type { Manifest } from '../../../graph/images.js';

/** What of a name is pushed. */
export interface PushChoice {
  /** Images of one platform each. */
  readonly images: readonly Image[];
  /** The index they came by, which is pushed as well; undefined when one manifest is pushed. */
  readonly index: Manifest | undefined;
  /** The index of which only one platform is here, and so is pushed without it. */
  readonly instead?: Descriptor | undefined;
}

/**
 * Docker's choice when no platform is asked for: the whole index when all it lists is here, else the manifest for this machine.
 * @param images all that the name stands for, the main one first
 * @param manifests those the main one came by
 * @throws Conflict when several platforms are here, not all of them, and none is this machine's
 */
export function choosePlatforms(images: readonly Image[], manifests: readonly Manifest[]): PushChoice {
  const indexes = manifests.flatMap(({ content, mediaType }) => {
    const parsed = parseManifest(content, mediaType);
    return parsed.kind === 'index' ? [{ parsed, manifest: { content, mediaType: parsed.mediaType } }] : [];
  });
  const complete = indexes.find(({ parsed }) => listed(parsed) === images.length);
  if (images.length > 1 && complete) return { images, index: complete.manifest };
  const main = images[0] as Image;
  if (images.length > 1 && platformDistance(main, hostPlatform) === undefined) {
    throw conflict('multiple matching manifests found but no specific platform requested: push one of them with --platform');
  }
  const partial = indexes.find(({ parsed }) => listed(parsed) > 1);
  return { images: [main], index: undefined, instead: partial && descriptorOf(partial.manifest) };
}

function descriptorOf({ content, mediaType }: Manifest): Descriptor {
  return { mediaType, digest: digestOf(content), size: content.length };
}

/** How many images an index lists, without what is said about them. */
function listed(index: ImageIndex): number {
  return index.manifests.filter((each) => attestedBy(each) === undefined).length;
}
