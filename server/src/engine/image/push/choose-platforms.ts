import { attestedBy } from '../../../base/attestation.js';
import { digestOf } from '../../../base/digest.js';
import { conflict } from '../../../base/errors.js';
import { type Descriptor, parseManifest } from '../../../base/manifest.js';
import { hostPlatform, platformDistance } from '../../../base/platform.js';
import type { Image } from '../../../graph/image.js';
import type { Manifest } from '../../../graph/images.js';

/** What of a name is pushed. */
export interface PushChoice {
  /** Images of one platform each. */
  readonly images: readonly Image[];
  /** The index that the name points to, which is pushed as well; undefined when one manifest is pushed. */
  readonly index: Manifest | undefined;
  /** The index of which not all images are here, and which is not pushed for that reason. */
  readonly instead?: Descriptor | undefined;
}

/**
 * Docker's choice when no platform is asked for: the whole index when all images it lists are here, else the manifest for this machine.
 * @param images all that the name stands for, the main one first
 * @param index what the name points to when that is an index
 * @param here digests of the manifests that the images came by
 * @throws Conflict when several platforms are here, not all of them, and none is this machine's
 */
export function choosePlatforms(images: readonly Image[], index: Manifest | undefined, here: ReadonlySet<string>): PushChoice {
  const main = images[0] as Image;
  if (!index) return { images: [main], index };
  const parsed = parseManifest(index.content, index.mediaType);
  const listed = parsed.kind === 'index' ? parsed.manifests.filter((each) => attestedBy(each) === undefined) : [];
  if (listed.every(({ digest }) => here.has(digest))) return { images, index };
  if (images.length > 1 && platformDistance(main, hostPlatform) === undefined) {
    throw conflict('multiple matching manifests found but no specific platform requested: push one of them with --platform');
  }
  const instead = { mediaType: parsed.mediaType, digest: digestOf(index.content), size: index.content.length };
  return { images: [main], index: undefined, instead };
}
