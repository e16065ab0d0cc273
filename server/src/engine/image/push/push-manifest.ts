import { type Descriptor, MediaType, parseManifest } from '../../../base/manifest.js';
import type { Manifest } from '../../../graph/images.js';

/**
 * The manifest for an image whose layers are at the registry as `layers` say: the one it was pulled by when that still
 * fits, so that its digest stays the same, else a new one.
 */
export function pushManifest(known: readonly Manifest[], config: Descriptor, layers: readonly Descriptor[]): Manifest {
  return known.find((manifest) => fits(manifest, config, layers)) ?? newManifest(config, layers);
}

function fits({ content, mediaType }: Manifest, config: Descriptor, layers: readonly Descriptor[]): boolean {
  const manifest = parseManifest(content, mediaType);
  if (manifest.kind !== 'manifest' || manifest.config.digest !== config.digest || manifest.layers.length !== layers.length) return false;
  return manifest.layers.every((layer, index) => layer.digest === layers[index]?.digest);
}

/** Layers may have come with OCI's media types; a manifest has those of one kind only. */
function newManifest(config: Descriptor, layers: readonly Descriptor[]): Manifest {
  const isDocker = layers.every(({ mediaType }) => mediaType === MediaType.dockerLayer);
  const mediaType = isDocker ? MediaType.dockerManifest : MediaType.ociManifest;
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: isDocker ? MediaType.dockerConfig : MediaType.ociConfig, size: config.size, digest: config.digest },
    layers: layers.map((layer) => ({
      mediaType: isDocker ? layer.mediaType : ociType(layer.mediaType),
      size: layer.size,
      digest: layer.digest,
    })),
  };
  return { mediaType, content: Buffer.from(JSON.stringify(manifest)) };
}

function ociType(mediaType: string): string {
  if (!mediaType.startsWith('application/vnd.docker.')) return mediaType;
  const compression = /\.tar\.(gzip|zstd)$/.exec(mediaType)?.[1];
  return compression ? `${MediaType.ociLayer}+${compression}` : MediaType.ociLayer;
}
