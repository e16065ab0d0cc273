import { attestationsOf, attestedBy, contentsOf } from '../../base/attestation.js';
import { digestOf } from '../../base/digest.js';
import { invalidParameter, notFound } from '../../base/errors.js';
import {
  checkContent,
  checkImageManifest,
  choose,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  isIndexType,
  MediaType,
  parseManifest,
} from '../../base/manifest.js';
import { formatPlatform, hostPlatform, type Platform } from '../../base/platform.js';
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
 * The images of an OCI image layout (index.json, blobs/sha256/...).
 * @param platforms which of each image; every one whose manifest is there when it is empty
 * @throws InvalidParameter when a digest or size is wrong or something is missing, NotFound when a platform is
 */
export function readOciLayout(archive: StagedArchive, platforms: readonly Platform[]): ArchiveImage[] {
  return choosePerName(readIndex(archive).manifests, platforms[0] ?? hostPlatform).flatMap((descriptor) =>
    follow(archive, descriptor, platforms).map(({ manifest, sources }) => {
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
    }),
  );
}

/** Whether one of the layout's images is an index, which may be of several platforms. */
export function hasIndexes(archive: StagedArchive): boolean {
  return readIndex(archive).manifests.some(({ mediaType }) => isIndexType(mediaType));
}

function readIndex(archive: StagedArchive): ImageIndex {
  return parseManifest(readEntry(archive, 'index.json'), MediaType.ociIndex) as ImageIndex;
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
    .flatMap(({ content, mediaType }) => contentsOf(content, mediaType))
    .filter((descriptor) => archive.files.has(blobName(descriptor)))
    .map((descriptor) => readBlob(archive, descriptor));
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

/** A manifest, after the indexes that led to it. */
interface Followed {
  readonly manifest: ImageManifest;
  readonly sources: Manifest[];
}

function follow(archive: StagedArchive, start: Descriptor, platforms: readonly Platform[], above: readonly Manifest[] = []): Followed[] {
  const content = readBlob(archive, start);
  const parsed = parseManifest(content, start.mediaType);
  const sources = [...above, { mediaType: parsed.mediaType, content }];
  if (parsed.kind === 'manifest') return [{ manifest: parsed, sources }];
  if (sources.length === DEEPEST) throw invalidParameter(`invalid archive: indexes nested deeper than ${DEEPEST}`);
  return wanted(archive, parsed, platforms, start).flatMap((each) => follow(archive, each, platforms, sources));
}

/** Of an index the manifests that are in the archive and asked for. */
function wanted(archive: StagedArchive, index: ImageIndex, platforms: readonly Platform[], at: Descriptor): Descriptor[] {
  const here = index.manifests.filter((each) => attestedBy(each) === undefined && archive.files.has(blobName(each)));
  const chosen = platforms.length > 0 ? platforms.flatMap((platform) => choose(here, platform).slice(0, 1)) : here;
  if (chosen.length > 0) return [...new Set(chosen)];
  const names = platforms.length > 0 ? ` for platform ${platforms.map(formatPlatform).join(', ')}` : '';
  throw notFound(`the archive has no image${names} in ${at.digest}`);
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
