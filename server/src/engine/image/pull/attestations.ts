import { attestationsOf, contentsOf, LARGEST_STATEMENT } from '../../../base/attestation.js';
import { digestOf } from '../../../base/digest.js';
import { checkContent, parseManifest } from '../../../base/manifest.js';
import type { Manifest } from '../../../graph/images.js';
import type { Repository } from '../../../registry/repository.js';
import type { RemoteImage } from './resolve.js';

/** What is said about an image: the manifests that say it, and the statements. */
export interface Attestations {
  readonly manifests: readonly Manifest[];
  /** With the configs that their manifests name, which push needs. */
  readonly statements: readonly Buffer[];
}

/** Fetches what the index of an image says about its manifest. @throws RegistryError, TransportError, InvalidParameter */
export async function fetchAttestations(repository: Repository, { sources }: RemoteImage, signal: AbortSignal): Promise<Attestations> {
  const [chosen, index] = sources.toReversed();
  const parsed = index && parseManifest(index.content, index.mediaType);
  const manifests: Manifest[] = [];
  const statements: Buffer[] = [];
  for (const descriptor of chosen && parsed?.kind === 'index' ? attestationsOf(parsed, digestOf(chosen.content)) : []) {
    const { content } = await repository.manifest(descriptor.digest, signal);
    checkContent(content, descriptor);
    manifests.push({ mediaType: descriptor.mediaType, content });
    for (const each of contentsOf(content, descriptor.mediaType)) statements.push(await repository.blob(each, LARGEST_STATEMENT, signal));
  }
  return { manifests, statements };
}
