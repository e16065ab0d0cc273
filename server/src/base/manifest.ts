import { type Digest, digestOf, parseDigest } from './digest.js';
import { invalidParameter } from './errors.js';
import { type Platform, platformDistance } from './platform.js';

/** A pointer to content. OCI image spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: (Platform & { readonly 'os.version'?: string; readonly 'os.features'?: string[] }) | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly urls?: readonly string[] | undefined;
}

/** A manifest of one image, or of something else that is kept like one. */
export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A list of manifests, one for each platform. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

export const MediaType = {
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Bytes a manifest or index may have, as registries cap it. */
export const LARGEST_MANIFEST = 4 << 20;

const MANIFESTS: readonly string[] = [MediaType.dockerManifest, MediaType.ociManifest];
const INDEXES: readonly string[] = [MediaType.dockerList, MediaType.ociIndex];
const CONFIGS: readonly string[] = [MediaType.dockerConfig, MediaType.ociConfig];
const LAYER =
  /^application\/vnd\.(?:docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.gzip|\.zstd)?|oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?)$/;

/**
 * Reads a manifest or index, which anyone may have written.
 * @param mediaType what it was announced as; has to agree with what it says of itself
 * @throws InvalidParameter for schema 1, for content that could be read as both, for anything out of form
 */
export function parseManifest(content: Buffer, mediaType?: string): ImageManifest | ImageIndex {
  if (content.length > LARGEST_MANIFEST) throw invalidParameter(`manifest of ${content.length} bytes is larger than ${LARGEST_MANIFEST}`);
  const json = parseObject(content);
  if (json.schemaVersion === 1 || mediaType?.includes('distribution.manifest.v1+')) {
    throw invalidParameter('the manifest has schema 1, which is not supported any more: push the image again with a newer client');
  }
  if (json.schemaVersion !== 2) throw invalidParameter('invalid manifest: schemaVersion is not 2');
  const type = agreedType(json, mediaType);
  const hasParts = json.layers !== undefined || json.config !== undefined || json.fsLayers !== undefined;
  if (INDEXES.includes(type)) {
    if (hasParts) throw invalidParameter('invalid manifest: an index may not have config or layers');
    return { kind: 'index', mediaType: type, manifests: list(json.manifests, 'manifests') };
  }
  if (json.manifests !== undefined) throw invalidParameter('invalid manifest: an image manifest may not have manifests');
  return { kind: 'manifest', mediaType: type, config: descriptor(json.config, 'config'), layers: list(json.layers, 'layers') };
}

/** Whether content of this media type lists manifests. */
export function isIndexType(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

/** Says why the manifest is not one of a container image; nothing when it is. @throws InvalidParameter */
export function checkImageManifest(manifest: ImageManifest): void {
  if (!CONFIGS.includes(manifest.config.mediaType)) {
    throw invalidParameter(`not a container image: its config has media type ${manifest.config.mediaType}`);
  }
  for (const layer of manifest.layers) {
    if (!LAYER.test(layer.mediaType)) throw invalidParameter(`unsupported media type ${layer.mediaType} of layer ${layer.digest}`);
  }
}

/** @throws InvalidParameter when `content` is not what `descriptor` points to */
export function checkContent(content: Buffer, { digest, size }: Descriptor): void {
  if (content.length !== size) throw invalidParameter(`${digest} has ${content.length} bytes, not the ${size} it is announced with`);
  if (digestOf(content) !== digest) throw invalidParameter(`content of ${digest} has digest ${digestOf(content)}`);
}

/** The descriptors that fit `platform`, the best first; those without a platform only when none has one. */
export function choose(descriptors: readonly Descriptor[], platform: Platform): Descriptor[] {
  const images = descriptors.filter((each) => each.annotations?.['vnd.docker.reference.type'] === undefined);
  const rated = images.flatMap((each) => {
    const distance = each.platform && platformDistance(each.platform, platform);
    return distance === undefined ? [] : [{ each, distance }];
  });
  if (rated.length === 0) return images.filter((each) => each.platform === undefined);
  return rated.sort((a, b) => a.distance - b.distance).map(({ each }) => each);
}

type Json = Record<string, unknown>;

function parseObject(content: Buffer): Json {
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw invalidParameter('invalid manifest: not JSON', error);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw invalidParameter('invalid manifest: not an object');
  return json as Json;
}

/** What two readers could take for different things is refused (CVE-2021-41190). */
function agreedType(json: Json, announced: string | undefined): string {
  const known = [...MANIFESTS, ...INDEXES];
  const inner = json.mediaType;
  if (inner !== undefined && (typeof inner !== 'string' || !known.includes(inner))) {
    throw invalidParameter(`unsupported manifest media type ${JSON.stringify(inner)}`);
  }
  const outer = announced !== undefined && known.includes(announced) ? announced : undefined;
  if (inner !== undefined && outer !== undefined && inner !== outer) {
    throw invalidParameter(`the manifest says it is ${inner} but was announced as ${outer}`);
  }
  return (inner as string | undefined) ?? outer ?? (json.manifests === undefined ? MediaType.ociManifest : MediaType.ociIndex);
}

const MOST_DESCRIPTORS = 4096;

function list(value: unknown, field: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalidParameter(`invalid manifest: ${field} is not a list`);
  if (value.length > MOST_DESCRIPTORS) throw invalidParameter(`invalid manifest: more than ${MOST_DESCRIPTORS} ${field}`);
  return value.map((item, index) => descriptor(item, `${field}[${index}]`));
}

function descriptor(value: unknown, field: string): Descriptor {
  const json = (value ?? {}) as Json;
  if (typeof json.mediaType !== 'string') throw invalidParameter(`invalid manifest: ${field}.mediaType is not a string`);
  if (!Number.isSafeInteger(json.size) || (json.size as number) < 0)
    throw invalidParameter(`invalid manifest: ${field}.size is not a size`);
  return {
    mediaType: json.mediaType,
    digest: parseDigest(json.digest, field),
    size: json.size as number,
    platform: platform(json.platform),
    annotations: annotations(json.annotations, field),
    urls: Array.isArray(json.urls) ? json.urls.filter((url) => typeof url === 'string') : undefined,
  };
}

function platform(value: unknown): Descriptor['platform'] {
  if (value === null || typeof value !== 'object') return undefined;
  const json = value as Json;
  if (typeof json.os !== 'string' || typeof json.architecture !== 'string') return undefined;
  return {
    os: json.os,
    architecture: json.architecture,
    ...(typeof json.variant === 'string' && json.variant !== '' && { variant: json.variant }),
    ...(typeof json['os.version'] === 'string' && { 'os.version': json['os.version'] }),
  };
}

function annotations(value: unknown, field: string): Record<string, string> | undefined {
  if (value == null) return undefined;
  if (typeof value !== 'object' || Object.values(value).some((text) => typeof text !== 'string')) {
    throw invalidParameter(`invalid manifest: ${field}.annotations is not an object of strings`);
  }
  return value as Record<string, string>;
}
