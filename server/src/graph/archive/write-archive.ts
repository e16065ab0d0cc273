import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { chainIds, digestOf } from '../../base/digest.js';
import { MediaType } from '../../base/manifest.js';
import { canonical, familiar, familiarName, type Reference } from '../../base/reference.js';
import type { Image } from '../image.js';
import type { Layers } from '../layers.js';

/** An image of one platform. */
export interface SavedPlatform {
  readonly image: Image;
  /** The config's JSON, byte for byte. */
  readonly config: Buffer;
}

/** An image and the names it is to have in the archive. */
export interface SavedImage extends SavedPlatform {
  readonly references: readonly Reference[];
  /** What it is on other platforms: with any, its names are those of an index. */
  readonly others: readonly SavedPlatform[];
}

interface SavedLayer {
  readonly chainId: string;
  readonly diffId: string;
  readonly size: number;
}

const EPOCH = new Date(0);

/**
 * An archive of images as `docker save` has written it since 25: an OCI image layout with manifest.json and
 * repositories beside it. Layers are uncompressed, byte for byte as they came; each blob stands in it once.
 */
export function writeArchive(saved: readonly SavedImage[], layers: Layers): Readable {
  const archive = pack();
  new ArchiveWriter(archive, layers).write(saved).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return Readable.from(archive, { objectMode: false });
}

class ArchiveWriter {
  private readonly written = new Set<string>();

  constructor(
    private readonly archive: Pack,
    private readonly layers: Layers,
  ) {}

  async write(saved: readonly SavedImage[]): Promise<void> {
    const manifests: object[] = [];
    const entries: object[] = [];
    for (const name of ['blobs/', 'blobs/sha256/']) this.archive.entry({ name, type: 'directory', mode: 0o755, mtime: EPOCH });
    for (const each of saved) {
      const layers = await this.writeLayers(each.image);
      const main = await this.writeManifest(each, layers);
      const target = each.others.length === 0 ? main : await this.writeIndex(main, each.others);
      manifests.push(...named(target, each.references));
      entries.push({
        Config: blobName(each.image.id),
        RepoTags: each.references.length > 0 ? each.references.map(familiar) : null,
        Layers: layers.map(({ diffId }) => blobName(diffId)),
        LayerSources: Object.fromEntries(layers.map((layer) => [layer.diffId, descriptor(MediaType.ociLayer, layer.diffId, layer.size)])),
      });
    }
    await this.writeFile('index.json', json({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests }));
    await this.writeFile('manifest.json', json(entries));
    await this.writeFile('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
    await this.writeFile('repositories', json(repositories(saved)));
  }

  private async writeLayers({ diffIds }: Image): Promise<SavedLayer[]> {
    const chain = chainIds(diffIds);
    const layers: SavedLayer[] = [];
    for (const [index, diffId] of diffIds.entries()) {
      const chainId = chain[index] as string;
      const layer = { chainId, diffId, size: await this.layers.tarSize(chainId) };
      await this.writeLayer(layer);
      layers.push(layer);
    }
    return layers;
  }

  private async writeLayer({ chainId, diffId, size }: SavedLayer): Promise<void> {
    const name = blobName(diffId);
    if (this.written.has(name)) return;
    this.written.add(name);
    await pipeline(await this.layers.tar(chainId), this.archive.entry({ name, size, mode: 0o644, mtime: EPOCH }));
  }

  /** @returns the descriptor of the index */
  private async writeIndex(main: object, others: readonly SavedPlatform[]): Promise<object> {
    const manifests = [main];
    for (const each of others) manifests.push(await this.writeManifest(each, await this.writeLayers(each.image)));
    const index = json({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests });
    await this.writeFile(blobName(digestOf(index)), index);
    return descriptor(MediaType.ociIndex, digestOf(index), index.length);
  }

  /** @returns the descriptor of the manifest */
  private async writeManifest({ image, config }: SavedPlatform, layers: readonly SavedLayer[]): Promise<object> {
    const manifest = json({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: descriptor(MediaType.ociConfig, image.id, config.length),
      layers: layers.map((layer) => descriptor(MediaType.ociLayer, layer.diffId, layer.size)),
    });
    await this.writeFile(blobName(image.id), config);
    await this.writeFile(blobName(digestOf(manifest)), manifest);
    const platform = { architecture: image.architecture, os: image.os, ...(image.variant !== undefined && { variant: image.variant }) };
    return { ...descriptor(MediaType.ociManifest, digestOf(manifest), manifest.length), platform };
  }

  private async writeFile(name: string, content: Buffer): Promise<void> {
    if (this.written.has(name)) return;
    this.written.add(name);
    await pipeline(Readable.from([content]), this.archive.entry({ name, size: content.length, mode: 0o644, mtime: EPOCH }));
  }
}

/** The descriptor once for each name, or once without a name. */
function named(target: object, references: readonly Reference[]): object[] {
  if (references.length === 0) return [target];
  return references.map((reference) => ({
    ...target,
    annotations: { 'io.containerd.image.name': canonical(reference), 'org.opencontainers.image.ref.name': reference.tag },
  }));
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function descriptor(mediaType: string, digest: string, size: number): object {
  return { mediaType, digest, size };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The oldest form: repository to tag to the top layer. */
function repositories(saved: readonly SavedImage[]): object {
  const result: Record<string, Record<string, string>> = {};
  for (const { image, references } of saved) {
    for (const reference of references) {
      const tags = (result[familiarName(reference)] ??= {});
      tags[reference.tag ?? ''] = (image.diffIds.at(-1) ?? '').replace('sha256:', '');
    }
  }
  return result;
}
