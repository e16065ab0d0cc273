import { randomInt } from 'node:crypto';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { invalidParameter, notFound, systemError } from '../../../base/errors.js';
import { archive } from '../../../libcontainer/index.js';
import type { Database } from '../../../state/database.js';
import type { RootfsMount } from '../../../base/rootfs-mount.js';
import { settle } from '../../../libcontainer/archive-error.js';
import { LayerArchiveStage } from '../archive-stage.js';
import { archiveStream } from '../../../libcontainer/archive-stream.js';
import { DiskSync, persistLayers } from '../disk-sync.js';
import type { ArchiveStage, CompressedLayer, GraphDriver, LayerChange, LayerStage } from '../driver.js';
import { isLost, type LayerRow, LayerTable } from '../layer-table.js';
import { EndedStage, OpenStage } from '../stage.js';
import { Trash } from '../trash.js';
import { unreadable } from '../unreadable.js';

/**
 * Layers as whole trees, each a copy of its parent with the changes made in it: slow and large, but it needs nothing of the
 * kernel. <dataRoot>/vfs/<folder>/{diff,split}; the table `vfs_layer` says which exist.
 */
export class VfsDriver implements GraphDriver {
  readonly name = 'vfs';
  private readonly root: string;
  private readonly table: LayerTable;
  private readonly trash: Trash;
  private readonly disk: DiskSync;

  constructor(dataRoot: string, database: Database) {
    this.root = join(dataRoot, 'vfs');
    this.table = new LayerTable(database, this.name);
    this.trash = new Trash(join(this.root, 'removed'));
    this.disk = new DiskSync(dataRoot);
  }

  async status(): Promise<[string, string][]> {
    return [];
  }

  async stage(): Promise<LayerStage> {
    const folder = freshName();
    await mkdir(this.path(folder), { mode: 0o710 });
    return new OpenStage(folder, archive.unpackLayer(this.path(folder)), () => this.drop(folder));
  }

  async stageArchive(): Promise<ArchiveStage> {
    return new LayerArchiveStage(archive.unpackImages(this.root), (folder) => this.drop(folder));
  }

  async commit(stage: LayerStage, id: string, parent: string | undefined): Promise<void> {
    const { folder, unpacked } = ended(stage);
    if (this.table.get(id)) return this.drop(folder);
    const below = this.below(parent);
    if (below) await settle(archive.adoptFolders(this.path(folder, 'diff'), unpacked.implied, [below]));
    await this.merge(folder, below);
    const row = { id, folder, parent: parent ?? null, readOnly: 1, diffId: unpacked.diffId };
    if (!this.table.insert(row)) await this.drop(folder);
  }

  persist(): Promise<void> {
    return persistLayers(this.table, this.disk);
  }

  async discard(stage: LayerStage): Promise<void> {
    await this.drop(ended(stage).folder);
  }

  async createReadWrite(id: string, parent: string | undefined): Promise<void> {
    const below = this.below(parent);
    const folder = freshName();
    await mkdir(this.path(folder), { mode: 0o710 });
    if (below) await settle(archive.copyTree(below, this.path(folder, 'diff')));
    else await mkdir(this.path(folder, 'diff'), { mode: 0o755 });
    if (this.table.insert({ id, folder, parent: parent ?? null, readOnly: 0, diffId: null })) return;
    await this.drop(folder);
    throw invalidParameter(`layer ${id} exists already`);
  }

  async seal(id: string, omit: readonly string[] = []): Promise<LayerStage> {
    const stage = await this.stage();
    try {
      for await (const chunk of await this.tar(id, omit)) await stage.write(chunk as Buffer);
    } catch (error) {
      await stage.abort();
      throw error;
    }
    await stage.end();
    await this.remove(id);
    return stage;
  }

  async exists(id: string): Promise<boolean> {
    return this.table.get(id) !== undefined;
  }

  async mounts(id: string): Promise<RootfsMount[]> {
    const row = this.layer(id);
    return [{ type: 'bind', source: this.path(row.folder, 'diff'), options: ['rbind', row.readOnly ? 'ro' : 'rw'] }];
  }

  async metadata(): Promise<Record<string, string>> {
    return {};
  }

  async remove(id: string): Promise<void> {
    const row = this.table.get(id);
    if (!row) return;
    // The folder goes before the row: a row without a folder is told from a layer, half a folder with a row is not.
    await this.drop(row.folder);
    this.table.delete(id);
  }

  check(id: string): Promise<void> {
    return settle(archive.checkLayer(this.path(this.layer(id).folder)));
  }

  async usage(id: string): Promise<number> {
    return settle(archive.measureChanges(...this.pair(id)));
  }

  async changes(id: string): Promise<LayerChange[]> {
    return settle(archive.compareTrees(...this.pair(id)));
  }

  async tar(id: string, omit: readonly string[] = []): Promise<Readable> {
    const { folder, diffId } = this.layer(id);
    if (diffId) return archiveStream(archive.layerTar(this.path(folder), diffId), unreadable(diffId));
    const names = omit.map((path) => path.slice(1));
    return archiveStream(archive.packChanges(...this.pair(id), names));
  }

  async compressed(id: string): Promise<CompressedLayer> {
    const { folder, diffId } = this.layer(id);
    if (!diffId) throw systemError(`layer ${id} is no layer of an image`);
    const reader = archive.layerGzip(this.path(folder), diffId);
    return { stream: archiveStream(reader, unreadable(diffId)), taken: () => reader.taken() };
  }

  async list(): Promise<string[]> {
    return this.table.all().map((row) => row.id);
  }

  async recover(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o710 });
    await settle(archive.spreadLayers(this.root));
    await this.trash.empty();
    const present = new Set(await readdir(this.root));
    const known = new Set(['removed']);
    for (const row of this.table.all()) {
      // Only a loss of power in the middle of a removal leaves a row without its folder.
      if (present.has(row.folder) && !isLost(row)) known.add(row.folder);
      else this.table.delete(row.id);
    }
    for (const folder of present) if (!known.has(folder)) await this.drop(folder);
  }

  /** Resolves when everything removed so far is off the disk. */
  settled(): Promise<void> {
    return this.trash.settled();
  }

  /** Turns what was unpacked into the whole tree: a copy of the parent's with the changes made in it. */
  private async merge(folder: string, below: string | undefined): Promise<void> {
    const diff = this.path(folder, 'diff');
    const tree = this.path(folder, 'tree');
    if (below) await settle(archive.copyTree(below, tree));
    else await mkdir(tree, { mode: 0o755 });
    await settle(archive.applyLayer(diff, tree));
    await settle(archive.removeTree(diff));
    await rename(tree, diff);
  }

  private path(folder: string, ...rest: string[]): string {
    return join(this.root, folder, ...rest);
  }

  private layer(id: string): LayerRow {
    const row = this.table.get(id);
    if (!row) throw notFound(`No such layer: ${id}`);
    return row;
  }

  /** The tree of the layer `parent`. */
  private below(parent: string | undefined): string | undefined {
    return parent === undefined ? undefined : this.path(this.layer(parent).folder, 'diff');
  }

  /** The tree of a layer and that of its parent, '' for none. */
  private pair(id: string): [string, string] {
    const row = this.layer(id);
    return [this.path(row.folder, 'diff'), this.below(row.parent ?? undefined) ?? ''];
  }

  private drop(folder: string): Promise<void> {
    return this.trash.take(this.path(folder), folder);
  }
}

function ended(stage: LayerStage): EndedStage {
  if (stage instanceof OpenStage) return stage.whole;
  if (stage instanceof EndedStage) return stage;
  throw invalidParameter('the layer was staged by another driver');
}

/** Six characters of 36; mkdir(2) refuses the one in two milliards that is taken. */
function freshName(): string {
  return randomInt(36 ** 5, 36 ** 6).toString(36);
}
