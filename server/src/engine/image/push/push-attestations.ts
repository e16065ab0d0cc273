import { attestationsOf, contentsOf } from '../../../base/attestation.js';
import { digestOf } from '../../../base/digest.js';
import { parseManifest } from '../../../base/manifest.js';
import type { Image } from '../../../graph/image.js';
import type { Images, Manifest } from '../../../graph/images.js';
import type { Repository } from '../../../registry/repository.js';
import { putManifest, uploadContent } from '../../../registry/upload.js';

/**
 * Brings to the repository what an index says about the manifest of an image, as far as all of it is here.
 * @param manifest what was pushed for the image
 * @returns digests of the manifests of statements that are there now
 */
export async function pushAttestations(
  repository: Repository,
  images: Images,
  index: Manifest,
  image: Image,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<string[]> {
  const parsed = parseManifest(index.content, index.mediaType);
  const here = new Map<string, Manifest>(images.manifests(image.id).map((each) => [digestOf(each.content), each]));
  const pushed: string[] = [];
  for (const { digest } of parsed.kind === 'index' ? attestationsOf(parsed, digestOf(manifest.content)) : []) {
    const attestation = here.get(digest);
    const contents =
      attestation && contentsOf(attestation.content, attestation.mediaType).map((each) => images.statement(image.id, each.digest));
    if (!contents?.every((content) => content !== undefined)) continue;
    for (const content of contents) await uploadContent(repository, content, signal);
    await putManifest(repository, digest, attestation!.content, attestation!.mediaType, signal);
    pushed.push(digest);
  }
  return pushed;
}
