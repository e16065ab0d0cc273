import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { invalidParameter } from '../../base/errors.js';
import type { RootfsMount } from '../../base/rootfs-mount.js';
import type {
  ArchiveStage,
  CompressedLayer,
  GraphDriver,
  LayerChange,
  LayerStage,
  StagedArchive,
  StagedLayer,
  UnpackedLayer,
} from '../../drivers/graphdriver/driver.js';

class TarStage implements LayerStage {
  private readonly chunks: Buffer[] = [];
  tar: Buffer | undefined;

  constructor(private readonly open: Set<TarStage>) {
    open.add(this);
  }

  async write(chunk: Buffer): Promise<void> {
    this.chunks.push(Buffer.from(chunk));
  }

  async end(): Promise<UnpackedLayer> {
    const blob = Buffer.concat(this.chunks);
    try {
      this.tar = decompress(blob);
      return {
        digest: sha256(blob),
        compressedSize: blob.length,
        diffId: sha256(this.tar),
        tarSize: this.tar.length,
        size: await contentSize(this.tar),
      };
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  async abort(): Promise<void> {
    this.open.delete(this);
  }
}

/** Keeps the tars of layers in memory: a graph driver for tests that need no mounts and no root. */
export class TarDriver implements GraphDriver {
  readonly name = 'tar';
  readonly layers = new Map<string, { tar: Buffer; parent: string | undefined }>();
  /** Stages that were neither committed nor given up. */
  readonly open = new Set<TarStage>();

  async status(): Promise<[string, string][]> {
    return [];
  }

  async stage(): Promise<LayerStage> {
    return new TarStage(this.open);
  }

  async stageArchive(): Promise<ArchiveStage> {
    const chunks: Buffer[] = [];
    return {
      write: async (chunk: Buffer) => void chunks.push(Buffer.from(chunk)),
      end: () => this.readArchive(decompress(Buffer.concat(chunks))),
      abort: async () => undefined,
    };
  }

  async commit(stage: LayerStage, id: string, parent: string | undefined): Promise<void> {
    const { tar } = stage as TarStage;
    if (!tar) throw new Error('stage has not ended');
    if (parent !== undefined && !this.layers.has(parent)) throw new Error(`parent ${parent} is missing`);
    this.open.delete(stage as TarStage);
    if (!this.layers.has(id)) this.layers.set(id, { tar, parent });
  }

  async persist(): Promise<void> {}

  async seal(id: string): Promise<LayerStage> {
    const stage = new TarStage(this.open);
    await stage.write(this.layers.get(id)?.tar ?? Buffer.alloc(1024));
    await stage.end();
    this.layers.delete(id);
    return stage;
  }

  async discard(stage: LayerStage): Promise<void> {
    this.open.delete(stage as TarStage);
  }

  async createReadWrite(id: string, parent: string | undefined): Promise<void> {
    this.layers.set(id, { tar: Buffer.alloc(1024), parent });
  }

  async exists(id: string): Promise<boolean> {
    return this.layers.has(id);
  }

  async mounts(id: string): Promise<RootfsMount[]> {
    return [{ type: 'bind', source: `/layers/${id}`, options: ['rbind'] }];
  }

  async metadata(id: string): Promise<Record<string, string>> {
    return { UpperDir: `/layers/${id}` };
  }

  async remove(id: string): Promise<void> {
    for (const layer of this.layers.values()) if (layer.parent === id) throw new Error(`${id} has layers on it`);
    this.layers.delete(id);
  }

  async check(id: string): Promise<void> {
    if (!this.layers.has(id)) throw new Error(`layer ${id} is missing`);
  }

  async usage(): Promise<number> {
    return 0;
  }

  async changes(): Promise<LayerChange[]> {
    return [];
  }

  async tar(id: string): Promise<Readable> {
    const layer = this.layers.get(id);
    if (!layer) throw new Error(`layer ${id} is missing`);
    return Readable.from([layer.tar]);
  }

  async compressed(id: string): Promise<CompressedLayer> {
    const tar = this.layers.get(id)?.tar ?? Buffer.alloc(0);
    return { stream: Readable.from([gzipSync(tar)]), taken: () => tar.length };
  }

  async list(): Promise<string[]> {
    return [...this.layers.keys()];
  }

  async recover(): Promise<void> {
    this.open.clear();
  }

  private async readArchive(archive: Buffer): Promise<StagedArchive> {
    const files = new Map<string, Buffer>();
    const links = new Map<string, string>();
    const layers: StagedLayer[] = [];
    for await (const entry of Readable.from([archive]).pipe(extract())) {
      const content = await buffer(entry);
      const { name, type, linkname } = entry.header;
      if (type === 'symlink') links.set(name, linkname ?? '');
      else if (type === 'file' && isLayer(content)) layers.push(await this.stageLayer(name, content));
      else if (type === 'file') files.set(name, content);
    }
    return { files, links, layers };
  }

  private async stageLayer(name: string, content: Buffer): Promise<StagedLayer> {
    const stage = new TarStage(this.open);
    await stage.write(content);
    return { name, stage, unpacked: await stage.end() };
  }
}

function isLayer(content: Buffer): boolean {
  if ((content[0] === 0x1f && content[1] === 0x8b) || (content.length > 4 && content.readUInt32BE(0) === 0x28b52ffd)) return true;
  return content.length >= 1024 && content.length % 512 === 0 && (content.subarray(257, 262).toString() === 'ustar' || content[0] === 0);
}

function decompress(blob: Buffer): Buffer {
  try {
    if (blob[0] === 0x1f && blob[1] === 0x8b) return gunzipSync(blob);
    if (blob.length > 4 && blob.readUInt32BE(0) === 0x28b52ffd) return zstdDecompressSync(blob);
    return blob;
  } catch (error) {
    throw invalidParameter('broken archive', error);
  }
}

async function contentSize(tar: Buffer): Promise<number> {
  let size = 0;
  try {
    for await (const entry of Readable.from([tar]).pipe(extract())) size += (await buffer(entry)).length;
  } catch (error) {
    throw invalidParameter('broken archive', error);
  }
  return size;
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
