import { invalidParameter, notFound } from '../../../base/errors.js';
import { checkContent, checkImageManifest, choose, type ImageManifest, parseManifest } from '../../../base/manifest.js';
import { formatPlatform, hostPlatform, type Platform, platformDistance } from '../../../base/platform.js';
import { familiar, type Reference } from '../../../base/reference.js';
import { type ImageContent, LARGEST_CONFIG, parseImage } from '../../../graph/image.js';
import type { Manifest } from '../../../graph/images.js';
import type { RemoteManifest, Repository } from '../../../registry/repository.js';

/** An image at a registry: all of it but the layers. */
export interface RemoteImage {
  readonly manifest: ImageManifest;
  /** The manifest and the indexes that led to it, as they were sent. */
  readonly sources: readonly Manifest[];
  readonly config: Buffer;
  readonly content: ImageContent;
}

const DEEPEST = 3;

/**
 * Follows a manifest or index to the image for `platform` and fetches its config.
 * @throws NotFound when there is none for the platform, InvalidParameter when anything is not what it should be
 */
export async function resolveImage(
  repository: Repository,
  remote: RemoteManifest,
  reference: Reference,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<RemoteImage> {
  const { manifest, sources } = await followIndexes(repository, remote, platform ?? hostPlatform, signal);
  checkImageManifest(manifest);
  const config = await repository.blob(manifest.config, LARGEST_CONFIG, signal);
  const content = parseImage(config);
  if (content.diffIds.length !== manifest.layers.length) throw invalidParameter("layers from manifest don't match image configuration");
  if (platform && platformDistance(content, platform) === undefined) {
    throw notFound(
      `image with reference ${familiar(reference)} was found but its platform (${formatPlatform(content)}) ` +
        `does not match the specified platform (${formatPlatform(platform)})`,
    );
  }
  return { manifest, sources, config, content };
}

async function followIndexes(repository: Repository, remote: RemoteManifest, platform: Platform, signal: AbortSignal) {
  const sources: Manifest[] = [];
  let { content, mediaType } = remote;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const manifest = parseManifest(content, mediaType);
    sources.push({ mediaType: manifest.mediaType, content });
    if (manifest.kind === 'manifest') return { manifest, sources };
    const next = choose(manifest.manifests, platform)[0];
    if (!next) throw notFound(`no matching manifest for ${formatPlatform(platform)} in the manifest list entries`);
    content = (await repository.manifest(next.digest, signal)).content;
    mediaType = next.mediaType;
    checkContent(content, next);
  }
  throw invalidParameter(`invalid manifest: indexes nested deeper than ${DEEPEST}`);
}
