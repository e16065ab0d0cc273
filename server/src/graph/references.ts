import { Injectable } from '@nestjs/common';
import { canonical, familiar, parseReference, type Reference, repositoryOf } from '../base/reference.js';
import { Database } from '../state/database.js';
import { migrations } from './migrations.js';

interface ReferenceRow {
  name: string;
  image: string;
}

/** What images are called: canonical name:tag and name@digest to image ID. */
@Injectable()
export class References {
  constructor(private readonly database: Database) {
    database.migrate('graph', migrations);
  }

  /** ID of the image called exactly `reference`. */
  imageOf(reference: Reference): string | undefined {
    return this.database.sqlite.prepare<[string], ReferenceRow>('SELECT * FROM reference WHERE name = ?').get(canonical(reference))?.image;
  }

  /** Gives the name to image `id`; whoever had it loses it. @returns ID of the image that had it before */
  set(reference: Reference, id: string): string | undefined {
    const before = this.imageOf(reference);
    this.database.durable(() => {
      this.database.sqlite
        .prepare('INSERT INTO reference (name, image) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET image = excluded.image')
        .run(canonical(reference), id);
      this.database.sqlite.prepare('UPDATE image SET last_tagged = ? WHERE id = ?').run(Date.now(), id);
    });
    return before;
  }

  /** Forgets the name. */
  delete(reference: Reference): void {
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM reference WHERE name = ?').run(canonical(reference)));
  }

  /** Names of image `id`, sorted. */
  of(id: string): Reference[] {
    const rows = this.database.sqlite.prepare<[string], ReferenceRow>('SELECT * FROM reference WHERE image = ? ORDER BY name').all(id);
    return rows.map((row) => parseReference(row.name));
  }

  /** Names in the repository of `reference`, sorted, with the IDs of their images. */
  inRepository(reference: Reference): { reference: Reference; image: string }[] {
    const repository = repositoryOf(reference);
    const rows = this.database.sqlite
      .prepare<[string, string, string, string], ReferenceRow>(
        'SELECT * FROM reference WHERE name BETWEEN ? AND ? OR name BETWEEN ? AND ? ORDER BY name',
      )
      .all(`${repository}:`, `${repository}:\u{10ffff}`, `${repository}@`, `${repository}@\u{10ffff}`);
    return rows.map((row) => ({ reference: parseReference(row.name), image: row.image }));
  }

  /** Familiar names of every image by its ID, told apart as `docker images` does. */
  byImage(): Map<string, { repoTags: string[]; repoDigests: string[] }> {
    const names = new Map<string, { repoTags: string[]; repoDigests: string[] }>();
    for (const row of this.database.sqlite.prepare<[], ReferenceRow>('SELECT * FROM reference ORDER BY name').all()) {
      const entry = names.get(row.image) ?? { repoTags: [], repoDigests: [] };
      const reference = parseReference(row.name);
      (reference.digest === undefined ? entry.repoTags : entry.repoDigests).push(familiar(reference));
      names.set(row.image, entry);
    }
    return names;
  }
}
