import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { conflict, notFound } from '../base/errors.js';
import { Turns } from '../base/turns.js';
import type { RootfsMount } from '../base/rootfs-mount.js';
import {
  type ArchiveStage,
  type CompressedLayer,
  GRAPH_DRIVER,
  type GraphDriver,
  type LayerChange,
  type LayerStage,
} from '../drivers/graphdriver/driver.js';
import { Database } from '../state/database.js';
import type { Layer } from './layer.js';
import { LayerLease, type LayerHolds } from './layer-lease.js';
import { migrations } from './migrations.js';

interface LayerRow {
  chain_id: string;
  diff_id: string;
  parent: string | null;
  size: number;
  tar_size: number | null;
}

/**
 * The layer store: which layers there are and what stands on what; the graph driver keeps their files.
 * A read-only layer lives as long as an image, a layer, a container or a lease stands on it.
 */
@Injectable()
export class Layers implements LayerHolds {
  /** Layers the driver has and no image stands on yet, by chain ID; a lease holds each of them. */
  private readonly pending = new Map<string, Layer>();
  private readonly held = new Map<string, number>();
  private readonly turns = new Turns();

  constructor(
    private readonly database: Database,
    @Inject(GRAPH_DRIVER) private readonly driver: GraphDriver,
  ) {
    database.migrate('graph', migrations);
  }

  /** Makes the read-write layer `id` over the image layer `topLayer` (undefined: over nothing). @throws NotFound, Conflict */
  async createReadWrite(id: string, topLayer: string | undefined): Promise<void> {
    this.insertReadWrite(id, topLayer);
    try {
      await this.driver.createReadWrite(id, topLayer);
    } catch (error) {
      await this.driver.remove(id);
      this.deleteReadWrite(id);
      throw error;
    }
  }

  /** How to mount layer `id`, for the execdriver. */
  mounts(id: string): Promise<RootfsMount[]> {
    return this.driver.mounts(id);
  }

  /** Deletes the read-write layer `id` and what of its image nobody needs any more; a missing one is no error. */
  async remove(id: string): Promise<void> {
    const row = this.database.sqlite
      .prepare<[string], { parent: string | null }>('SELECT parent FROM read_write_layer WHERE id = ?')
      .get(id);
    await this.driver.remove(id);
    this.deleteReadWrite(id);
    if (row?.parent) await this.collect(row.parent);
  }

  /** Looks whether all of the read-only layer `chainId` is on the disk. @throws what the driver says is missing */
  check(chainId: string): Promise<void> {
    return this.driver.check(chainId);
  }

  /** Bytes of file content in the read-write layer `id`. */
  usage(id: string): Promise<number> {
    return this.driver.usage(id);
  }

  /** What the read-write layer `id` changes, sorted by path. */
  changes(id: string): Promise<LayerChange[]> {
    return this.driver.changes(id);
  }

  /** Name of the driver and what `docker inspect` shows of layer `id` (GraphDriver). */
  async metadata(id: string): Promise<{ Name: string; Data: Record<string, string> }> {
    return { Name: this.driver.name, Data: await this.driver.metadata(id) };
  }

  /** The layer as an uncompressed tar; a read-only one byte for byte as it came, of a read-write one without `omit` (see GraphDriver). */
  tar(id: string, omit?: readonly string[]): Promise<Readable> {
    return this.driver.tar(id, omit);
  }

  /** The tar of the read-only layer `chainId`, compressed with gzip. */
  compressed(chainId: string): Promise<CompressedLayer> {
    return this.driver.compressed(chainId);
  }

  /** Bytes of the uncompressed tar of the read-only layer `chainId`; counted once and remembered. */
  async tarSize(chainId: string): Promise<number> {
    const known = this.find(chainId)?.tarSize;
    if (known !== undefined) return known;
    let size = 0;
    for await (const chunk of await this.driver.tar(chainId)) size += (chunk as Buffer).length;
    this.database.quick(() => this.database.sqlite.prepare('UPDATE layer SET tar_size = ? WHERE chain_id = ?').run(size, chainId));
    return size;
  }

  /** The read-only layer `chainId`, registered or held by a lease. */
  find(chainId: string): Layer | undefined {
    const pending = this.pending.get(chainId);
    if (pending) return pending;
    const row = this.registered(chainId);
    return row && layerOf(row);
  }

  /** The layers from the lowest to `chainId`. @throws NotFound when one is missing */
  stack(chainId: string | undefined): Layer[] {
    const layers: Layer[] = [];
    for (let id = chainId; id !== undefined;) {
      const layer = this.find(id);
      if (!layer) throw notFound(`layer ${id} does not exist`);
      layers.push(layer);
      id = layer.parent;
    }
    return layers.toReversed();
  }

  /** Every registered layer. */
  all(): Layer[] {
    return this.database.sqlite.prepare<[], LayerRow>('SELECT * FROM layer').all().map(layerOf);
  }

  /** Starts unpacking a layer tar; the stage is ended and committed by a lease, or aborted, or ended and discarded. */
  stage(): Promise<LayerStage> {
    return this.driver.stage();
  }

  /** Starts unpacking a whole archive of images. */
  stageArchive(): Promise<ArchiveStage> {
    return this.driver.stageArchive();
  }

  /** Makes the read-write layer `id`, which nobody writes to any more, an ended stage; the layer is gone then. */
  async seal(id: string, omit?: readonly string[]): Promise<LayerStage> {
    const stage = await this.driver.seal(id, omit);
    this.deleteReadWrite(id);
    return stage;
  }

  /** Resolves when a loss of power takes none of the layers there are: before anything durable is said of them. */
  persist(): Promise<void> {
    return this.driver.persist();
  }

  /** Deletes an ended stage that will not be committed. */
  discard(stage: LayerStage): Promise<void> {
    return this.driver.discard(stage);
  }

  /** Starts work that needs layers to stay although no image stands on them yet. The caller releases it in the end. */
  lease(): LayerLease {
    return new LayerLease(this, this.driver);
  }

  /** Writes the rows of a stack whose layers a lease holds; part of the transaction that registers an image. */
  insertStack(chainId: string | undefined): Layer[] {
    const stack = this.stack(chainId);
    const insert = this.database.sqlite.prepare(
      'INSERT INTO layer (chain_id, diff_id, parent, size, tar_size) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    for (const layer of stack) insert.run(layer.chainId, layer.diffId, layer.parent ?? null, layer.size, layer.tarSize ?? null);
    return stack;
  }

  /** Keeps `chainId` from being collected; `layer` says what it is when the store has no row of it. Counted. */
  hold(chainId: string, layer?: Layer): void {
    this.held.set(chainId, (this.held.get(chainId) ?? 0) + 1);
    if (layer) this.pending.set(chainId, layer);
  }

  /** Takes one hold back and collects what nobody needs any more. */
  async unhold(chainId: string): Promise<void> {
    const count = (this.held.get(chainId) ?? 0) - 1;
    if (count > 0) {
      this.held.set(chainId, count);
      return;
    }
    this.held.delete(chainId);
    if (this.registered(chainId)) this.pending.delete(chainId);
    await this.collect(chainId);
  }

  /** Runs `work` while nobody else commits, keeps or deletes the layer `chainId`. */
  serially<T>(chainId: string, work: () => Promise<T>): Promise<T> {
    return this.turns.take(chainId, work);
  }

  /** Deletes `chainId` and then the layers below it, as far as nothing stands on them. */
  async collect(chainId: string): Promise<void> {
    if (!this.isCollectable(chainId)) return;
    const doomed: string[] = [];
    this.database.durable(() => {
      for (let id: string | undefined = chainId; id !== undefined && this.isCollectable(id);) {
        const parent: string | undefined = this.find(id)?.parent;
        this.pending.delete(id);
        this.database.sqlite.prepare('DELETE FROM layer WHERE chain_id = ?').run(id);
        doomed.push(id);
        id = parent;
      }
    });
    for (const id of doomed) await this.serially(id, async () => (this.find(id) ? undefined : this.driver.remove(id)));
  }

  /**
   * Deletes what a crash left: half-made layers, layers without an image or a container, read-write layers of no container.
   * @param containers IDs of the read-write layers that containers have
   */
  async recover(containers: ReadonlySet<string>): Promise<void> {
    await this.driver.recover();
    this.forgetLost(new Set(await this.driver.list()));
    const rows = this.database.sqlite.prepare<[], { id: string }>('SELECT id FROM read_write_layer').all();
    for (const { id } of rows) if (!containers.has(id)) await this.remove(id);
    for (const layer of this.all()) await this.collect(layer.chainId);
    const known = new Set([...this.all().map((layer) => layer.chainId), ...containers]);
    for (const id of await this.driver.list()) if (!known.has(id) && !this.held.has(id)) await this.driver.remove(id);
  }

  /** Forgets the layers that a loss of power took, and the images of builds that stood on them; where a container stands, all stays. */
  private forgetLost(present: ReadonlySet<string>): void {
    const forget = (chainId: string): boolean => {
      const children = this.database.sqlite
        .prepare<[string], { chain_id: string }>('SELECT chain_id FROM layer WHERE parent = ?')
        .all(chainId);
      const used =
        this.database.sqlite.prepare<[string], object>('SELECT 1 FROM read_write_layer WHERE parent = ?').get(chainId) !== undefined;
      if (!children.map((child) => forget(child.chain_id)).every(Boolean) || used) return false;
      for (const sql of [
        'DELETE FROM beside WHERE image IN (SELECT id FROM image WHERE top_layer = ?)',
        'DELETE FROM reference WHERE image IN (SELECT id FROM image WHERE top_layer = ?)',
        'DELETE FROM image WHERE top_layer = ?',
        'DELETE FROM layer WHERE chain_id = ?',
      ])
        this.database.sqlite.prepare(sql).run(chainId);
      return true;
    };
    const lost = this.all().filter(({ chainId }) => !present.has(chainId));
    if (lost.length > 0) this.database.durable(() => lost.forEach(({ chainId }) => forget(chainId)));
  }

  private insertReadWrite(id: string, topLayer: string | undefined): void {
    if (topLayer !== undefined && !this.find(topLayer)) throw notFound(`layer ${topLayer} does not exist: its image was removed`);
    this.database.quick(() => {
      const statement = this.database.sqlite.prepare('INSERT INTO read_write_layer (id, parent) VALUES (?, ?) ON CONFLICT DO NOTHING');
      if (statement.run(id, topLayer ?? null).changes === 0) throw conflict(`read-write layer ${id} exists already`);
    });
  }

  private deleteReadWrite(id: string): void {
    this.database.quick(() => this.database.sqlite.prepare('DELETE FROM read_write_layer WHERE id = ?').run(id));
  }

  private registered(chainId: string): LayerRow | undefined {
    return this.database.sqlite.prepare<[string], LayerRow>('SELECT * FROM layer WHERE chain_id = ?').get(chainId);
  }

  private isCollectable(chainId: string): boolean {
    if (!this.find(chainId) || this.held.has(chainId)) return false;
    for (const layer of this.pending.values()) if (layer.parent === chainId) return false;
    const users = `SELECT EXISTS (SELECT 1 FROM layer WHERE parent = @id) OR EXISTS (SELECT 1 FROM image WHERE top_layer = @id)
      OR EXISTS (SELECT 1 FROM read_write_layer WHERE parent = @id) AS used`;
    return this.database.sqlite.prepare<{ id: string }, { used: number }>(users).get({ id: chainId })?.used === 0;
  }
}

function layerOf(row: LayerRow): Layer {
  return {
    chainId: row.chain_id,
    diffId: row.diff_id,
    parent: row.parent ?? undefined,
    size: row.size,
    tarSize: row.tar_size ?? undefined,
  };
}
