import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { IN_USER_NAMESPACE } from '../../../base/user-namespace.js';
import { invalidParameter, notFound, systemError } from '../../../base/errors.js';
import { archive } from '../../../libcontainer/index.js';
import type { Database } from '../../../state/database.js';
import type { RootfsMount } from '../../../base/rootfs-mount.js';
import { archiveError, settle } from '../../../libcontainer/archive-error.js';
import { archiveStream } from '../../../libcontainer/archive-stream.js';
import type { ArchiveStage, CompressedLayer, GraphDriver, LayerChange, LayerStage } from '../driver.js';
import { LayerArchiveStage } from '../archive-stage.js';
import { DiskSync, persistLayers } from '../disk-sync.js';
import { LayerTable, type LayerRow } from '../layer-table.js';
import { backingFileSystem, extraMountOptions } from './overlay-support.js';
import { recoverLayers } from './recover.js';
import { EndedStage, OpenStage } from '../stage.js';
import { Trash } from '../trash.js';
import { unreadable } from '../unreadable.js';

/**
 * Layers as folders for overlayfs: <dataRoot>/overlay2/<folder>/{diff,work,split}. The table `overlay2_layer` says which
 * exist; a folder becomes a layer by its row alone. Folder names are short, since mount(2) takes one page of options.
 */
export class Overlay2Driver implements GraphDriver {
  readonly name = 'overlay2';
  private readonly root: string;
  private readonly table: LayerTable;
  private readonly trash: Trash;
  private readonly disk: DiskSync;
  private readonly options = extraMountOptions();

  constructor(dataRoot: string, database: Database) {
    this.root = join(dataRoot, 'overlay2');
    this.table = new LayerTable(database, this.name);
    this.trash = new Trash(join(this.root, 'removed'));
    this.disk = new DiskSync(dataRoot);
  }

  async status(): Promise<[string, string][]> {
    return [
      ['Backing Filesystem', await backingFileSystem(this.root)],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', String(IN_USER_NAMESPACE)],
    ];
  }

  async stage(): Promise<LayerStage> {
    const folder = await this.newFolder();
    return new OpenStage(folder, archive.unpackLayer(this.path(folder)), () => this.drop(folder));
  }

  async stageArchive(): Promise<ArchiveStage> {
    return new LayerArchiveStage(archive.unpackImages(this.root), (folder) => this.drop(folder));
  }

  async commit(stage: LayerStage, id: string, parent: string | undefined): Promise<void> {
    const { folder, unpacked } = this.own(stage);
    if (this.table.get(id)) return this.drop(folder);
    const below = this.lowers(parent);
    await settle(archive.adoptFolders(this.path(folder, 'diff'), unpacked.implied, below));
    const row = { id, folder, parent: parent ?? null, readOnly: 1, diffId: unpacked.diffId };
    if (!this.table.insert(row)) await this.drop(folder);
  }

  persist(): Promise<void> {
    return persistLayers(this.table, this.disk);
  }

  async discard(stage: LayerStage): Promise<void> {
    await this.drop(this.own(stage).folder);
  }

  async createReadWrite(id: string, parent: string | undefined): Promise<void> {
    const [below = ''] = this.lowers(parent);
    const folder = freshName();
    await settle(archive.makeReadWriteLayer(this.path(folder), below));
    if (this.table.insert({ id, folder, parent: parent ?? null, readOnly: 0, diffId: null })) return;
    await this.drop(folder);
    throw invalidParameter(`layer ${id} exists already`);
  }

  async seal(id: string, omit: readonly string[] = []): Promise<LayerStage> {
    const { folder } = this.layer(id);
    const unpacked = await settle(
      archive.sealLayer(
        this.path(folder),
        omit.map((path) => path.slice(1)),
      ),
    );
    this.table.delete(id);
    return new EndedStage(folder, unpacked, () => this.drop(folder));
  }

  async exists(id: string): Promise<boolean> {
    return this.table.get(id) !== undefined;
  }

  async mounts(id: string): Promise<RootfsMount[]> {
    const [top, ...below] = this.layers(id);
    const lowers = below.map((row) => this.path(row.folder, 'diff'));
    const diff = this.path(top.folder, 'diff');
    if (lowers.length === 0) return [{ type: 'bind', source: diff, options: ['rbind', top.readOnly ? 'ro' : 'rw'] }];
    if (top.readOnly) return [overlay([`lowerdir=${[diff, ...lowers].join(':')}`, ...this.options, 'ro'])];
    const work = this.path(top.folder, 'work');
    return [overlay([`lowerdir=${lowers.join(':')}`, `upperdir=${diff}`, `workdir=${work}`, ...this.options])];
  }

  async metadata(id: string): Promise<Record<string, string>> {
    const [top, ...below] = this.layers(id);
    const at = (name: string) => this.path(top.folder, name);
    const lowers = below.map((row) => this.path(row.folder, 'diff'));
    return {
      ...(lowers.length > 0 && { LowerDir: lowers.join(':') }),
      MergedDir: at('merged'),
      UpperDir: at('diff'),
      WorkDir: at('work'),
    };
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
    const { folder } = this.layer(id);
    return archive.usage(this.path(folder, 'diff')).catch((error: NodeJS.ErrnoException) => {
      // It was removed while it was measured.
      if (error.code === 'ENOENT') return 0;
      throw archiveError(error);
    });
  }

  async changes(id: string): Promise<LayerChange[]> {
    const [top, ...below] = this.layers(id);
    const lowers = below.map((row) => this.path(row.folder, 'diff'));
    return settle(archive.changes(this.path(top.folder, 'diff'), lowers));
  }

  async tar(id: string, omit: readonly string[] = []): Promise<Readable> {
    const { folder, diffId } = this.layer(id);
    if (diffId) return archiveStream(archive.layerTar(this.path(folder), diffId), unreadable(diffId));
    const names = omit.map((path) => path.slice(1));
    return archiveStream(archive.packLayer(this.path(folder, 'diff'), names));
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
    await recoverLayers(this.root, this.table, this.trash);
  }

  /** Resolves when everything removed so far is off the disk. */
  settled(): Promise<void> {
    return this.trash.settled();
  }

  private path(folder: string, ...rest: string[]): string {
    return join(this.root, folder, ...rest);
  }

  private layer(id: string): LayerRow {
    const row = this.table.get(id);
    if (!row) throw notFound(`No such layer: ${id}`);
    return row;
  }

  /** The layer and those below it, uppermost first. */
  private layers(id: string): [LayerRow, ...LayerRow[]] {
    const [top, ...below] = this.table.chain(id);
    if (!top) throw notFound(`No such layer: ${id}`);
    const last = below.at(-1) ?? top;
    if (last.parent) throw notFound(`layer ${id} stands on layer ${last.parent}, which is missing: pull its image again`);
    return [top, ...below];
  }

  /** The diff folders of `parent` and what is below it, uppermost first. */
  private lowers(parent: string | undefined): string[] {
    return parent === undefined ? [] : this.layers(parent).map((row) => this.path(row.folder, 'diff'));
  }

  private own(stage: LayerStage): EndedStage {
    if (stage instanceof OpenStage) return stage.whole;
    if (stage instanceof EndedStage) return stage;
    throw invalidParameter('the layer was staged by another driver');
  }

  private async newFolder(): Promise<string> {
    const folder = freshName();
    await mkdir(this.path(folder), { mode: 0o710 });
    return folder;
  }

  private drop(folder: string): Promise<void> {
    return this.trash.take(this.path(folder), folder);
  }
}

function overlay(options: string[]): RootfsMount {
  return { type: 'overlay', source: 'overlay', options };
}

/** Six characters of 36; mkdir(2) refuses the one in two milliards that is taken. */
function freshName(): string {
  return randomInt(36 ** 5, 36 ** 6).toString(36);
}
