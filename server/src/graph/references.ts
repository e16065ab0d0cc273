import { Injectable } from '@nestjs/common';
import { canonical, familiar, parseReference, type Reference, repositoryOf } from '../base/reference.js';
import { Database } from '../state/database.js';
import { migrations } from './migrations.js';

interface ReferenceRow {
  name: string;
  image: string;
}

/** Every name with each of its images: the main ones and those beside them. */
const NAMED = 'SELECT name, image FROM reference UNION ALL SELECT name, image FROM beside';

/**
 * What images are called: canonical name:tag and name@digest to image ID. A name stands for one image alone or points to an
 * index, and then stands for all images that came by that: one is the main image, those of other platforms are beside it.
 */
@Injectable()
export class References {
  constructor(private readonly database: Database) {
    database.migrate('graph', migrations);
  }

  /** ID of the main image called exactly `reference`. */
  imageOf(reference: Reference): string | undefined {
    return this.imagesOf(reference)[0];
  }

  /** IDs of all images called exactly `reference`: one for each platform, the main one first. */
  imagesOf(reference: Reference): string[] {
    const name = canonical(reference);
    const main = this.database.sqlite.prepare<[string], ReferenceRow>('SELECT name, image FROM reference WHERE name = ?').get(name);
    if (!main) return [];
    const rows = this.database.sqlite.prepare<[string], ReferenceRow>('SELECT * FROM beside WHERE name = ? ORDER BY image').all(name);
    return [main.image, ...rows.map(({ image }) => image)];
  }

  /** Digest of the index that the name points to; undefined when it stands for one image alone. */
  indexOf(reference: Reference): string | undefined {
    const find = this.database.sqlite.prepare<[string], { target: string | null }>('SELECT target FROM reference WHERE name = ?');
    return find.get(canonical(reference))?.target ?? undefined;
  }

  /** The names that point to the index of this digest. */
  pointingTo(index: string): Reference[] {
    const find = this.database.sqlite.prepare<[string], { name: string }>('SELECT name FROM reference WHERE target = ? ORDER BY name');
    return find.all(index).map(({ name }) => parseReference(name));
  }

  /**
   * Gives the name to images, the main one first; whoever else had it loses it.
   * @param index digest of the index that they came by and the name points to
   */
  set(reference: Reference, images: readonly [string, ...string[]], index?: string): void {
    this.database.durable(() => {
      this.write(canonical(reference), images, index);
      for (const each of images) this.database.sqlite.prepare('UPDATE image SET last_tagged = ? WHERE id = ?').run(Date.now(), each);
    });
  }

  /** Changes what a name stands for of the index that it points to. */
  change(reference: Reference, images: readonly [string, ...string[]]): void {
    this.database.durable(() => this.write(canonical(reference), images, this.indexOf(reference)));
  }

  private write(name: string, [main, ...others]: readonly [string, ...string[]], index: string | undefined): void {
    this.database.sqlite
      .prepare(
        'INSERT INTO reference (name, image, target) VALUES (?, ?, ?) ' +
          'ON CONFLICT (name) DO UPDATE SET image = excluded.image, target = excluded.target',
      )
      .run(name, main, index ?? null);
    this.database.sqlite.prepare('DELETE FROM beside WHERE name = ?').run(name);
    for (const other of others) this.database.sqlite.prepare('INSERT INTO beside (name, image) VALUES (?, ?)').run(name, other);
  }

  /** Takes the name off image `id`: with a main image it is forgotten, one beside it leaves the others with it. */
  delete(reference: Reference, id: string): void {
    const name = canonical(reference);
    this.database.durable(() => {
      this.database.sqlite.prepare('DELETE FROM beside WHERE name = ? AND image = ?').run(name, id);
      this.database.sqlite.prepare('DELETE FROM reference WHERE name = ? AND image = ?').run(name, id);
    });
  }

  /** Names of image `id`, sorted. */
  of(id: string): Reference[] {
    const rows = this.database.sqlite.prepare<[string], ReferenceRow>(`SELECT * FROM (${NAMED}) WHERE image = ? ORDER BY name`).all(id);
    return rows.map((row) => parseReference(row.name));
  }

  /** IDs of the images of other platforms that share a name with image `id`. */
  sharing(id: string): string[] {
    return [...new Set(this.of(id).flatMap((reference) => this.imagesOf(reference)))].filter((each) => each !== id);
  }

  /** IDs of the images that are the main one of no name, but stand beside one. */
  besideOnly(): Set<string> {
    const rows = this.database.sqlite
      .prepare<[], { image: string }>('SELECT DISTINCT image FROM beside WHERE image NOT IN (SELECT image FROM reference)')
      .all();
    return new Set(rows.map(({ image }) => image));
  }

  /** Names in the repository of `reference`, sorted, with the IDs of their main images. */
  inRepository(reference: Reference): { reference: Reference; image: string }[] {
    const repository = repositoryOf(reference);
    const rows = this.database.sqlite
      .prepare<[string, string, string, string], ReferenceRow>(
        'SELECT name, image FROM reference WHERE name BETWEEN ? AND ? OR name BETWEEN ? AND ? ORDER BY name',
      )
      .all(`${repository}:`, `${repository}:\u{10ffff}`, `${repository}@`, `${repository}@\u{10ffff}`);
    return rows.map((row) => ({ reference: parseReference(row.name), image: row.image }));
  }

  /** Familiar names of every image by its ID, told apart as `docker images` does. */
  byImage(): Map<string, { repoTags: string[]; repoDigests: string[] }> {
    const names = new Map<string, { repoTags: string[]; repoDigests: string[] }>();
    for (const row of this.database.sqlite.prepare<[], ReferenceRow>(`SELECT * FROM (${NAMED}) ORDER BY name`).all()) {
      const entry = names.get(row.image) ?? { repoTags: [], repoDigests: [] };
      const reference = parseReference(row.name);
      (reference.digest === undefined ? entry.repoTags : entry.repoDigests).push(familiar(reference));
      names.set(row.image, entry);
    }
    return names;
  }
}
