import { Injectable } from '@nestjs/common';
import { digestOf } from '../base/digest.js';
import { conflict, invalidParameter, KindError, notFound } from '../base/errors.js';
import { attestedBy } from '../base/attestation.js';
import { isIndexType, parseManifest } from '../base/manifest.js';
import { formatPlatform, hostPlatform, type Platform, platformDistance } from '../base/platform.js';
import { familiar, parseReference, type Reference, withDefaultTag } from '../base/reference.js';
import { Database } from '../state/database.js';
import { type Image, type ImageContent, parseImage } from './image.js';
import { Layers } from './layers.js';
import { References } from './references.js';

/** A manifest or index that led to an image, as its registry sent it. */
export interface Manifest {
  readonly mediaType: string;
  readonly content: Buffer;
}

/** What makes a new image. All its layers are in the layer store, kept by a lease. */
export interface ImageRegistration {
  /** The config's JSON, byte for byte: its digest is the image ID. */
  readonly config: Buffer;
  readonly manifests?: readonly Manifest[];
  /** What attestation manifests among `manifests` point to. */
  readonly statements?: readonly Buffer[] | undefined;
  /** Image this one was built or committed from. */
  readonly parent?: string | undefined;
  /** Names it gets. */
  readonly references?: readonly Reference[];
  /** False for what is made anew when a loss of power undoes it; true when it is not given. */
  readonly durable?: boolean;
}

interface ImageRow {
  id: string;
  config: Buffer;
  parent: string | null;
  size: number;
  last_tagged: number | null;
}

/** Parsed configs that are kept in memory. */
const PARSED = 256;
const ID = /^(?:sha256:)?([a-f0-9]{1,64})$/;

/** The image store: configs and manifests by digest. */
@Injectable()
export class Images {
  private readonly parsed = new Map<string, ImageContent>();
  private readonly held = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly layers: Layers,
    private readonly references: References,
  ) {}

  /**
   * The image that people call `reference`: name, name:tag, name@digest, ID or the first digits of an ID.
   * @param platform when given, the best of the name's images for it; else the name's main image
   * @throws NotFound, InvalidParameter for what is no reference at all, Conflict for an ID that several have
   */
  get(reference: string, platform?: Platform): Image {
    const image = this.find(reference, platform);
    if (image) return image;
    if (!platform || this.called(reference).length === 0) throw notFound(`No such image: ${reference}`);
    throw notFound(`image with reference ${reference} was found but does not provide the specified platform (${formatPlatform(platform)})`);
  }

  /** As `get`, but undefined when there is none, or none for the platform. */
  find(reference: string, platform?: Platform): Image | undefined {
    const ids = this.called(reference);
    if (!isSome(ids)) return undefined;
    const image = this.byId(platform ? this.byFit(ids, platform)[0] : ids[0]);
    if (!platform) return image;
    return platformDistance(image, platform) === undefined ? undefined : image;
  }

  /**
   * IDs of all images that people call `text`, one for each platform, the main one first; none when there is none. In Docker's
   * order: a full ID, then a name, then the first digits of an ID.
   */
  called(text: string): string[] {
    const name = this.nameIn(text);
    if (name) return this.references.imagesOf(name);
    const digits = ID.exec(text)?.[1];
    if (digits?.length === 64) return this.exactly(`sha256:${digits}`);
    if (digits !== undefined) return this.byPrefix(digits);
    const { digest } = parseReference(text);
    return digest === undefined ? [] : this.exactly(digest);
  }

  /** The name that people mean by `text`, as it is kept: with a tag or a digest; undefined when there is none, or they mean an ID. */
  nameIn(text: string): Reference | undefined {
    const digits = ID.exec(text)?.[1];
    if (digits?.length === 64) return undefined;
    try {
      const reference = withDefaultTag(parseReference(text));
      const forms = [reference, ...(reference.digest === undefined ? [] : [{ ...reference, tag: undefined }])];
      return forms.find((form) => this.references.imageOf(form) !== undefined);
    } catch (error) {
      if (digits !== undefined && error instanceof KindError) return undefined;
      throw error;
    }
  }

  /** The image with exactly this ID. @throws NotFound */
  byId(id: string): Image {
    const row = this.row(id);
    if (!row) throw notFound(`No such image: ${id}`);
    const names = this.references.of(id);
    return this.imageOf(row, {
      repoTags: names.filter((name) => name.digest === undefined).map(familiar),
      repoDigests: names.filter((name) => name.digest !== undefined).map(familiar),
    });
  }

  has(id: string): boolean {
    return this.row(id) !== undefined;
  }

  /** How many images there are. */
  get count(): number {
    return this.database.sqlite.prepare<[], { count: number }>('SELECT count(*) AS count FROM image').get()?.count ?? 0;
  }

  /** Every image, the newest first. */
  list(): Image[] {
    const names = this.references.byImage();
    const rows = this.database.sqlite.prepare<[], ImageRow>('SELECT id, config, parent, size, last_tagged FROM image').all();
    const images = rows.map((row) => this.imageOf(row, names.get(row.id) ?? { repoTags: [], repoDigests: [] }));
    return images.sort((a, b) => Date.parse(b.created ?? '1970') - Date.parse(a.created ?? '1970') || a.id.localeCompare(b.id));
  }

  /** Bytes that image `id` has beyond the one it was built from. */
  ownSize(id: string): number {
    const row = this.row(id);
    if (!row) return 0;
    return Math.max(0, row.size - (row.parent ? (this.row(row.parent)?.size ?? 0) : 0));
  }

  /** IDs of the images that were built or committed from `id`. */
  children(id: string): string[] {
    const rows = this.database.sqlite.prepare<[string], { id: string }>('SELECT id FROM image WHERE parent = ?').all(id);
    return rows.map((row) => row.id);
  }

  /** The config's JSON, byte for byte. @throws NotFound */
  config(id: string): Buffer {
    const row = this.row(id);
    if (!row) throw notFound(`No such image: ${id}`);
    return row.config;
  }

  /** The manifests that led to image `id`: its own, the indexes that list it, and those of statements about it. */
  manifests(id: string): Manifest[] {
    return this.database.sqlite
      .prepare<[string], Manifest>('SELECT media_type AS mediaType, content FROM manifest WHERE image = ? ORDER BY digest')
      .all(id);
  }

  /** What is said about image `id` in the statement of this digest. */
  statement(id: string, digest: string): Buffer | undefined {
    return this.database.sqlite
      .prepare<[string, string], { content: Buffer }>('SELECT content FROM statement WHERE image = ? AND digest = ?')
      .get(id, digest)?.content;
  }

  /**
   * Registers an image whose layers are all there, with its manifests and names, in one durable transaction;
   * one that is there already gets the names too. @returns its ID
   * @throws InvalidParameter for a broken config, NotFound when a layer is missing
   */
  register(registration: ImageRegistration): string {
    const content = parseImage(registration.config);
    const write = () => {
      if (!this.has(content.id)) this.insert(content, registration);
      const manifests = registration.manifests ?? [];
      for (const manifest of manifests) this.addManifest(content.id, manifest);
      for (const statement of registration.statements ?? []) this.addStatement(content.id, statement);
      const indexes = manifests.filter(({ mediaType }) => isIndexType(mediaType));
      for (const reference of registration.references ?? []) this.name(reference, content.id, indexes[0]);
      for (const index of indexes) this.gather(index);
    };
    if (registration.durable ?? true) this.database.durable(write);
    else this.database.quick(write);
    return content.id;
  }

  /** Registers several images in one durable transaction: all or none. @returns their IDs */
  registerAll(registrations: readonly ImageRegistration[]): string[] {
    return this.database.durable(() => registrations.map((registration) => this.register(registration)));
  }

  /** The index that a name points to, as its registry or archive sent it; undefined when the name stands for one image alone. */
  indexOf(reference: Reference): Manifest | undefined {
    const digest = this.references.indexOf(reference);
    if (digest === undefined) return undefined;
    return this.database.sqlite
      .prepare<[string], Manifest>('SELECT media_type AS mediaType, content FROM manifest WHERE digest = ? LIMIT 1')
      .get(digest);
  }

  /** Gives one more name to all that `name` stands for; whoever else had it loses it. @throws NotFound */
  tag(name: string, reference: Reference): Image {
    const image = this.get(name);
    const from = this.nameIn(name);
    this.references.set(reference, [image.id, ...this.called(name).slice(1)], from && this.references.indexOf(from));
    return image;
  }

  /** Takes an image off the names that stand for other platforms too; those go on with the others. */
  withdraw(id: string): void {
    this.database.durable(() => {
      for (const reference of this.references.of(id)) {
        const others = this.references.imagesOf(reference).filter((each) => each !== id);
        if (isSome(others)) this.references.change(reference, this.byFit(others, hostPlatform));
      }
    });
  }

  /** Deletes an image that has no names, and its layers as far as nothing else stands on them. */
  async delete(id: string): Promise<void> {
    const { topLayer } = this.byId(id);
    if (this.references.of(id).length > 0) throw conflict(`image ${id} still has names`);
    this.parsed.delete(id);
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM image WHERE id = ?').run(id));
    if (topLayer !== undefined) await this.layers.collect(topLayer);
  }

  /** Keeps image `id` from being deleted. Counted. @returns how to let go of it, once */
  hold(id: string): () => void {
    this.held.set(id, (this.held.get(id) ?? 0) + 1);
    return () => {
      const count = (this.held.get(id) ?? 0) - 1;
      if (count > 0) this.held.set(id, count);
      else this.held.delete(id);
    };
  }

  /** Whether something that is going on needs the image. */
  isHeld(id: string): boolean {
    return this.held.has(id);
  }

  /** Names an image, or all that came by the index by which it came. */
  private name(reference: Reference, id: string, index: Manifest | undefined): void {
    this.references.set(reference, [id], index && digestOf(index.content));
  }

  /** Every name that points to the index stands for all images whose manifests it lists; the best for this machine is the main one. */
  private gather(index: Manifest): void {
    const digest = digestOf(index.content);
    const parsed = parseManifest(index.content, index.mediaType);
    const listed = parsed.kind === 'index' ? parsed.manifests.filter((each) => attestedBy(each) === undefined) : [];
    for (const each of listed) for (const id of this.cameBy(each.digest)) this.addManifest(id, index);
    const ids = this.cameBy(digest);
    if (!isSome(ids)) return;
    const images = this.byFit(ids, hostPlatform);
    for (const reference of this.references.pointingTo(digest)) this.references.change(reference, images);
  }

  /** IDs of the images, the one that fits the platform best first; in the order given as far as they fit the same. */
  private byFit(ids: readonly [string, ...string[]], platform: Platform): [string, ...string[]] {
    const distance = (id: string) => platformDistance(this.byId(id), platform) ?? Number.MAX_VALUE;
    const rated = ids.map((id) => ({ id, distance: distance(id) }));
    return rated.sort((a, b) => a.distance - b.distance).map(({ id }) => id) as [string, ...string[]];
  }

  /** IDs of the images that came by the manifest or index of this digest. */
  private cameBy(digest: string): string[] {
    const find = this.database.sqlite.prepare<[string], { image: string }>('SELECT image FROM manifest WHERE digest = ? ORDER BY image');
    return find.all(digest).map(({ image }) => image);
  }

  private insert(content: ImageContent, { config, parent }: ImageRegistration): void {
    const size = this.layers.insertStack(content.topLayer).reduce((sum, layer) => sum + layer.size, 0);
    this.database.sqlite
      .prepare('INSERT INTO image (id, config, top_layer, parent, size) VALUES (?, ?, ?, ?, ?)')
      .run(content.id, config, content.topLayer ?? null, parent ?? null, size);
  }

  private addStatement(id: string, content: Buffer): void {
    this.database.sqlite
      .prepare('INSERT INTO statement (digest, image, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(digestOf(content), id, content);
  }

  private addManifest(id: string, { mediaType, content }: Manifest): void {
    this.database.sqlite
      .prepare('INSERT INTO manifest (digest, image, media_type, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(digestOf(content), id, mediaType, content);
  }

  private row(id: string): ImageRow | undefined {
    return this.database.sqlite.prepare<[string], ImageRow>('SELECT id, config, parent, size, last_tagged FROM image WHERE id = ?').get(id);
  }

  private imageOf(row: ImageRow, names: Pick<Image, 'repoTags' | 'repoDigests'>): Image {
    let content = this.parsed.get(row.id);
    if (!content) {
      content = parseImage(row.config);
      if (this.parsed.size >= PARSED) this.parsed.clear();
      this.parsed.set(row.id, content);
    }
    return { ...content, ...names, parent: row.parent ?? undefined, size: row.size, lastTagged: row.last_tagged ?? undefined };
  }

  private exactly(id: string): string[] {
    return this.has(id) ? [id] : [];
  }

  private byPrefix(digits: string): string[] {
    const rows = this.database.sqlite
      .prepare<[string, string], { id: string }>('SELECT id FROM image WHERE id BETWEEN ? AND ? LIMIT 2')
      .all(`sha256:${digits}`, `sha256:${digits}g`);
    if (rows.length > 1) throw invalidParameter(`ambiguous image ID ${digits}: give more digits`);
    return rows.map(({ id }) => id);
  }
}

function isSome(ids: string[]): ids is [string, ...string[]] {
  return ids.length > 0;
}
