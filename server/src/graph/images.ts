import { Injectable } from '@nestjs/common';
import { digestOf } from '../base/digest.js';
import { conflict, invalidParameter, KindError, notFound } from '../base/errors.js';
import { isIndexType } from '../base/manifest.js';
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
    const [main, ...others] = this.called(reference);
    if (main === undefined) return undefined;
    if (!platform) return this.byId(main);
    const image = this.byFit([main, ...others], platform)[0]!;
    return platformDistance(image, platform) === undefined ? undefined : image;
  }

  /**
   * IDs of all images that people call `text`, one for each platform, the main one first; none when there is none. In Docker's
   * order: a full ID, then a name, then the first digits of an ID.
   */
  called(text: string): string[] {
    const digits = ID.exec(text)?.[1];
    if (digits?.length === 64) return this.exactly(`sha256:${digits}`);
    const named = this.byName(text, digits !== undefined);
    return named.length > 0 || digits === undefined ? named : this.byPrefix(digits);
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

  /** The manifests that led to image `id`. */
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
      for (const manifest of registration.manifests ?? []) this.addManifest(content.id, manifest);
      for (const statement of registration.statements ?? []) this.addStatement(content.id, statement);
      for (const reference of registration.references ?? []) this.name(reference, content.id, registration.manifests ?? []);
    };
    if (registration.durable ?? true) this.database.durable(write);
    else this.database.quick(write);
    return content.id;
  }

  /** Registers several images in one durable transaction: all or none. @returns their IDs */
  registerAll(registrations: readonly ImageRegistration[]): string[] {
    return this.database.durable(() => registrations.map((registration) => this.register(registration)));
  }

  /** Takes an image off the names that stand for other platforms too; those go on with the others. */
  withdraw(id: string): void {
    this.database.durable(() => {
      for (const reference of this.references.of(id)) {
        const others = this.references.imagesOf(reference).filter((each) => each !== id);
        if (others.length > 0) this.setBest(reference, others);
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

  /**
   * Names an image. Those that had the name and came by the same index keep it: it stands for several platforms then, of which
   * the one that fits this machine best is the main one.
   */
  private name(reference: Reference, id: string, manifests: readonly Manifest[]): void {
    const before = this.references.imagesOf(reference);
    const indexes = manifests.filter(({ mediaType }) => isIndexType(mediaType)).map(({ content }) => digestOf(content) as string);
    const kept = indexes.length > 0 ? before.filter((each) => this.cameBy(each, indexes)) : before.includes(id) ? before : [];
    this.setBest(reference, [...new Set([...kept, id])]);
  }

  private setBest(reference: Reference, ids: readonly string[]): void {
    const [main, ...others] = ids.length > 1 ? this.byFit(ids, hostPlatform).map((image) => image.id) : ids;
    if (main !== undefined) this.references.set(reference, main, others);
  }

  /** The images, the one that fits the platform best first; in the order given as far as they fit the same. */
  private byFit(ids: readonly string[], platform: Platform): Image[] {
    const rated = ids.map((id) => this.byId(id)).map((image) => ({ image, distance: platformDistance(image, platform) ?? Infinity }));
    return rated.sort((a, b) => (a.distance === b.distance ? 0 : a.distance - b.distance)).map(({ image }) => image);
  }

  private cameBy(id: string, digests: readonly string[]): boolean {
    const find = this.database.sqlite.prepare<[string, string], object>('SELECT 1 FROM manifest WHERE image = ? AND digest = ?');
    return digests.some((digest) => find.get(id, digest) !== undefined);
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

  private byName(text: string, mayBeId: boolean): string[] {
    try {
      const reference = withDefaultTag(parseReference(text));
      const forms = [reference, { ...reference, tag: reference.digest ? undefined : reference.tag }];
      const named = forms.map((form) => this.references.imagesOf(form)).find((ids) => ids.length > 0);
      return named ?? (reference.digest === undefined ? [] : this.exactly(reference.digest));
    } catch (error) {
      if (mayBeId && error instanceof KindError) return [];
      throw error;
    }
  }

  private byPrefix(digits: string): string[] {
    const rows = this.database.sqlite
      .prepare<[string, string], { id: string }>('SELECT id FROM image WHERE id BETWEEN ? AND ? LIMIT 2')
      .all(`sha256:${digits}`, `sha256:${digits}g`);
    if (rows.length > 1) throw invalidParameter(`ambiguous image ID ${digits}: give more digits`);
    return rows.map(({ id }) => id);
  }
}
