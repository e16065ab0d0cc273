import { type Descriptor, type ImageIndex, parseManifest } from './manifest.js';

const TYPE = 'vnd.docker.reference.type';
const ABOUT = 'vnd.docker.reference.digest';
const PREDICATE = 'in-toto.io/predicate-type';
const STATEMENT = 'application/vnd.in-toto+json';

/** Bytes a statement may have; bills of materials are the long ones. */
export const LARGEST_STATEMENT = 16 << 20;

/** Digest of the manifest that the manifest `descriptor` points to makes statements about; undefined when it makes none. */
export function attestedBy({ annotations }: Descriptor): string | undefined {
  return annotations?.[TYPE] === 'attestation-manifest' ? annotations[ABOUT] : undefined;
}

/** The manifests of an index that make statements about the manifest `digest`. */
export function attestationsOf(index: ImageIndex, digest: string): Descriptor[] {
  return index.manifests.filter((each) => attestedBy(each) === digest);
}

/** All blobs that an attestation manifest points to: its statements and its config. @throws InvalidParameter */
export function contentsOf(content: Buffer, mediaType: string): Descriptor[] {
  const manifest = parseManifest(content, mediaType);
  return manifest.kind === 'manifest' ? [manifest.config, ...manifest.layers] : [];
}

/** The statements that an attestation manifest points to, each with the URI of its kind. @throws InvalidParameter */
export function statementsOf(content: Buffer, mediaType: string): { descriptor: Descriptor; predicateType: string }[] {
  const manifest = parseManifest(content, mediaType);
  if (manifest.kind !== 'manifest') return [];
  return manifest.layers.flatMap((descriptor) => {
    const predicateType = descriptor.annotations?.[PREDICATE];
    return descriptor.mediaType === STATEMENT && predicateType !== undefined ? [{ descriptor, predicateType }] : [];
  });
}
