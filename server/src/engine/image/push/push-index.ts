import { digestOf } from '../../../base/digest.js';
import { type ImageIndex, MediaType, parseManifest } from '../../../base/manifest.js';
import type { Image } from '../../../graph/image.js';
import type { Manifest } from '../../../graph/images.js';

/**
 * The index of the manifests that were pushed: the one the name points to when it lists just these, so that its digest stays the
 * same, else a new one. Layers that had to be compressed anew have other digests, and so have their manifests; what is said about
 * those is left out, as it is about others.
 * @param came the index the name points to: a new one is of the same kind
 * @param images those of the manifests, in the same order
 * @param attestations digests of the manifests of statements that were pushed
 */
export function pushIndex(
  came: Manifest,
  images: readonly Image[],
  manifests: readonly Manifest[],
  attestations: ReadonlySet<string>,
): Manifest {
  const known = parseManifest(came.content, came.mediaType) as ImageIndex;
  const pushed = new Set<string>([...attestations, ...manifests.map(({ content }) => digestOf(content))]);
  if (known.manifests.every(({ digest }) => pushed.has(digest))) return came;
  const index = {
    schemaVersion: 2,
    mediaType: known.mediaType === MediaType.dockerList ? MediaType.dockerList : MediaType.ociIndex,
    manifests: [
      ...manifests.map((manifest, at) => entryOf(manifest, images[at]!, known)),
      ...known.manifests.filter(({ digest }) => attestations.has(digest)),
    ],
  };
  return { mediaType: index.mediaType, content: Buffer.from(JSON.stringify(index)) };
}

function entryOf({ content, mediaType }: Manifest, { architecture, os, variant, osVersion }: Image, known: ImageIndex): object {
  const digest = digestOf(content);
  const before = known.manifests.find((each) => each.digest === digest);
  const own = {
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
  };
  return {
    mediaType,
    size: content.length,
    digest,
    platform: before?.platform ?? own,
    ...(before?.annotations && { annotations: before.annotations }),
  };
}
