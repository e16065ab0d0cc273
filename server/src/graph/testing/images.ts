import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { digestOf } from '../../base/digest.js';
import { MediaType } from '../../base/manifest.js';

/** A whole image made in memory for tests. */
export interface TestImage {
  readonly id: string;
  readonly config: Buffer;
  readonly manifest: Buffer;
  /** Uncompressed tars, lowest first. */
  readonly layers: readonly Buffer[];
  /** The same gzipped, as the manifest names them. */
  readonly blobs: readonly Buffer[];
}

/** A tar of text files; a name that ends in / is a folder. */
export async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) archive.entry({ name, type: 'directory' });
    else archive.entry({ name, mtime: new Date(0) }, content as string);
  }
  archive.finalize();
  return buffer(archive);
}

/** Makes an image of the layers' files; `config` is merged into its config. */
export async function testImage(
  layerFiles: readonly Readonly<Record<string, string | Buffer>>[],
  config: Record<string, unknown> = {},
  platform: Record<string, string> = { os: 'linux', architecture: 'amd64' },
): Promise<TestImage> {
  const layers = await Promise.all(layerFiles.map(tarOf));
  const blobs = layers.map((layer) => gzipSync(layer));
  const json = {
    created: '2026-01-02T03:04:05Z',
    ...platform,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    history: layers.map((_, index) => ({ created: '2026-01-02T03:04:05Z', created_by: `layer ${index}` })),
  };
  const configBytes = Buffer.from(JSON.stringify(json));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: descriptorOf(configBytes, MediaType.ociConfig),
      layers: blobs.map((blob) => descriptorOf(blob, `${MediaType.ociLayer}+gzip`)),
    }),
  );
  return { id: digestOf(configBytes), config: configBytes, manifest, layers, blobs };
}

export function descriptorOf(content: Buffer, mediaType: string, more: Record<string, unknown> = {}) {
  return { mediaType, digest: digestOf(content), size: content.length, ...more };
}

/** A `docker save` archive of one image. */
export function dockerArchive(image: TestImage, repoTags: readonly string[] | null): Promise<Buffer> {
  const name = (content: Buffer) => `blobs/sha256/${digestOf(content).slice(7)}`;
  const entry = { Config: name(image.config), RepoTags: repoTags, Layers: image.layers.map(name) };
  const files = [image.config, ...image.layers].map((content) => [name(content), content] as const);
  return tarOf({ ...Object.fromEntries(files), 'manifest.json': JSON.stringify([entry]) });
}

/** An OCI image layout with one index entry for each image. */
export function ociLayout(
  entries: readonly { image: TestImage; contents?: readonly Buffer[]; name?: string; platform?: Record<string, string> }[],
): Promise<Buffer> {
  const name = (content: Buffer) => `blobs/sha256/${digestOf(content).slice(7)}`;
  const files = entries.flatMap(({ image, contents = image.blobs }) => [
    [name(image.config), image.config] as const,
    [name(image.manifest), image.manifest] as const,
    ...image.blobs.map((blob, index) => [name(blob), contents[index] as Buffer] as const),
  ]);
  const manifests = entries.map((entry) =>
    descriptorOf(entry.image.manifest, MediaType.ociManifest, {
      ...(entry.platform && { platform: entry.platform }),
      ...(entry.name && { annotations: { 'org.opencontainers.image.ref.name': entry.name } }),
    }),
  );
  return tarOf({
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests }),
    ...Object.fromEntries(files),
  });
}
