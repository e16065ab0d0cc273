import type { ImageManifestSummary } from '../../api/generated/types.gen.js';
import { attestedBy, statementsOf } from '../../base/attestation.js';
import { digestOf } from '../../base/digest.js';
import { type Descriptor, parseManifest } from '../../base/manifest.js';
import type { Image } from '../../graph/image.js';
import type { Manifest } from '../../graph/images.js';

/**
 * The manifests an image came by: those of its index, of which its own and what is said about it are here.
 * @param manifests indexes, manifests and attestations that led to the image
 * @param containers IDs of those that use it
 */
export function manifestSummaries(image: Image, manifests: readonly Manifest[], containers: readonly string[]): ImageManifestSummary[] {
  const here = new Map(manifests.map((each) => [digestOf(each.content) as string, each]));
  const listed = new Map<string, Descriptor>();
  for (const { content, mediaType } of manifests) {
    const parsed = parseManifest(content, mediaType);
    if (parsed.kind === 'index') for (const each of parsed.manifests) listed.set(each.digest, each);
  }
  for (const [digest, { content, mediaType }] of here) {
    const parsed = parseManifest(content, mediaType);
    if (parsed.kind === 'index' || listed.has(digest)) continue;
    listed.set(digest, { mediaType: parsed.mediaType, digest: digestOf(content), size: content.length });
  }
  return [...listed.values()].map((descriptor) => summary(image, descriptor, here.get(descriptor.digest), containers));
}

function summary(
  image: Image,
  descriptor: Descriptor,
  manifest: Manifest | undefined,
  containers: readonly string[],
): ImageManifestSummary {
  const { mediaType, digest, size, platform, annotations } = descriptor;
  const common = {
    ID: digest,
    Descriptor: { mediaType, digest, size, ...(platform && { platform: { ...platform } }), ...(annotations && { annotations }) },
    Available: manifest !== undefined,
  };
  const about = attestedBy(descriptor);
  if (about !== undefined) {
    const content = manifest ? attestationSize(manifest) : 0;
    return { ...common, Size: { Content: content, Total: content }, Kind: 'attestation', AttestationData: { For: about } };
  }
  const { os, architecture, variant } = image;
  const own = { os, architecture, ...(variant !== undefined && { variant }) };
  if (!manifest && !platform) return { ...common, Size: { Content: 0, Total: 0 }, Kind: 'unknown' };
  const unpacked = manifest ? image.size : 0;
  const content = manifest?.content.length ?? 0;
  return {
    ...common,
    Size: { Content: content, Total: content + unpacked },
    Kind: 'image',
    ImageData: { Platform: platform ? { ...platform } : own, Containers: manifest ? [...containers] : [], Size: { Unpacked: unpacked } },
  };
}

function attestationSize({ content, mediaType }: Manifest): number {
  return statementsOf(content, mediaType).reduce((sum, { descriptor }) => sum + descriptor.size, content.length);
}
