import { attestationsOf, statementsOf } from '../../base/attestation.js';
import { digestOf } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import {
  checkContent,
  checkImageManifest,
  choose,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  parseManifest,
} from '../../base/manifest.js';
import { formatPlatform, type Platform } from '../../base/platform.js';
import { parseReference, type Reference, withDefaultTag } from '../../base/reference.js';
import type { Manifest } from '../images.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import { type ArchiveImage, readEntry } from './archive.js';

/** Full name of an image, as containerd and Docker write it. */
const NAME = 'io.containerd.image.name';
/** Name or tag of an image. OCI image spec, annotations.md. */
const REF_NAME = 'org.opencontainers.image.ref.name';
const DEEPEST = 4;

/**
 * The images of an OCI image layout (index.json, blobs/sha256/...), each in its manifest for `platform`.
 * @throws InvalidParameter when a digest or size is wrong or something is missing, NotFound when the platform is
 */
export function readOciLayout(archive: StagedArchive, platform: Platform): ArchiveImage[] {
  const index = parseManifest(readEntry(archive, 'index.json'), 'application/vnd.oci.image.index.v1+json') as ImageIndex;
  return choosePerName(index.manifests, platform).map((descriptor) => {
    const { manifest, sources } = follow(archive, descriptor, platform);
    checkImageManifest(manifest);
    const config = readBlob(archive, manifest.config);
    const said = attestationsIn(archive, sources);
    return {
      config,
      manifests: [...sources, ...said.manifests],
      statements: said.statements,
      layers: manifest.layers.map(blobName),
      references: referencesOf(descriptor),
    };
  });
}

/** What the index of an image says about its manifest, as far as it is in the archive. */
function attestationsIn(archive: StagedArchive, sources: readonly Manifest[]): { manifests: Manifest[]; statements: Buffer[] } {
  const [chosen, index] = sources.toReversed();
  const parsed = index && parseManifest(index.content, index.mediaType);
  const all = chosen && parsed?.kind === 'index' ? attestationsOf(parsed, digestOf(chosen.content)) : [];
  const manifests = all
    .filter((each) => archive.files.has(blobName(each)))
    .map((each) => ({ mediaType: each.mediaType, content: readBlob(archive, each) }));
  const statements = manifests
    .flatMap(({ content, mediaType }) => statementsOf(content, mediaType))
    .filter(({ descriptor }) => archive.files.has(blobName(descriptor)))
    .map(({ descriptor }) => readBlob(archive, descriptor));
  return { manifests, statements };
}

/** File of a blob in the layout. */
export function blobName({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Several manifests of one name are its platforms: only the best of them is wanted. */
function choosePerName(descriptors: readonly Descriptor[], platform: Platform): Descriptor[] {
  const groups = Map.groupBy(descriptors, (each) => nameOf(each) ?? each.digest);
  return [...groups.values()].flatMap((group) => {
    const chosen = choose(group, platform)[0] ?? (group.length === 1 ? group[0] : undefined);
    return chosen && chosen.annotations?.['vnd.docker.reference.type'] === undefined ? [chosen] : [];
  });
}

function follow(archive: StagedArchive, start: Descriptor, platform: Platform): { manifest: ImageManifest; sources: Manifest[] } {
  const sources: Manifest[] = [];
  let descriptor = start;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const content = readBlob(archive, descriptor);
    const manifest = parseManifest(content, descriptor.mediaType);
    sources.push({ mediaType: manifest.mediaType, content });
    if (manifest.kind === 'manifest') return { manifest, sources };
    const next = choose(manifest.manifests, platform).find((each) => archive.files.has(blobName(each)));
    if (!next) throw notFound(`the archive has no image for platform ${formatPlatform(platform)} in ${descriptor.digest}`);
    descriptor = next;
  }
  throw invalidParameter(`invalid archive: indexes nested deeper than ${DEEPEST}`);
}

function readBlob(archive: StagedArchive, descriptor: Descriptor): Buffer {
  const content = readEntry(archive, blobName(descriptor));
  checkContent(content, descriptor);
  return content;
}

function nameOf(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[NAME] ?? descriptor.annotations?.[REF_NAME];
}

/** A ref.name without a repository is a mere tag and names nothing here. */
function referencesOf(descriptor: Descriptor): Reference[] {
  const full = descriptor.annotations?.[NAME];
  const name = full ?? descriptor.annotations?.[REF_NAME];
  if (name === undefined || (full === undefined && !/[:/]/.test(name))) return [];
  const reference = withDefaultTag(parseReference(name));
  return reference.digest === undefined ? [reference] : [];
}
