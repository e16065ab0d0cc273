import { Injectable } from '@nestjs/common';
import type { ContainerCreateRequest } from '../../api/generated/types.gen.js';
import { notFound } from '../../base/errors.js';
import { Database } from '../../state/database.js';

/** What a container was told to be at one time. */
export interface Revision {
  readonly number: number;
  /** ID of the container that was so. */
  readonly container: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly user: string;
  /** Why it was kept: `before an edit`, `edited` ... */
  readonly reason: string;
  readonly name: string;
  /** ID of the image. */
  readonly image: string;
  readonly body: ContainerCreateRequest;
}

type Row = Omit<Revision, 'body'> & { readonly body: string };

/** Revisions a container keeps. */
const KEPT = 50;

/** The configuration and image of containers over time: a container that takes another's place goes on with its numbers. */
@Injectable()
export class Revisions {
  constructor(private readonly database: Database) {
    database.migrate('deploy/container', [
      `CREATE TABLE container_revision (
         lineage TEXT NOT NULL,
         number INTEGER NOT NULL,
         container TEXT NOT NULL,
         created INTEGER NOT NULL,
         user TEXT NOT NULL,
         reason TEXT NOT NULL,
         name TEXT NOT NULL,
         image TEXT NOT NULL,
         body TEXT NOT NULL,
         PRIMARY KEY (lineage, number)
       ) STRICT, WITHOUT ROWID;
       CREATE INDEX container_revision_container ON container_revision (container)`,
    ]);
  }

  /**
   * Keeps a revision of `container`, unless it is as the newest one.
   * @param after the container whose place it has taken, if any
   */
  add(revision: Omit<Revision, 'number' | 'created'>, after?: string): void {
    const lineage = this.lineageOf(after ?? revision.container);
    const [newest] = this.rows(lineage);
    const body = JSON.stringify(revision.body);
    const same = newest?.body === body && newest.image === revision.image && newest.name === revision.name;
    if (same && newest.container === revision.container) return;
    const number = (newest?.number ?? 0) + 1;
    this.database.durable(() => {
      this.database.sqlite
        .prepare(
          'INSERT INTO container_revision (lineage, number, container, created, user, reason, name, image, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(lineage, number, revision.container, Date.now(), revision.user, revision.reason, revision.name, revision.image, body);
      this.database.sqlite.prepare('DELETE FROM container_revision WHERE lineage = ? AND number <= ?').run(lineage, number - KEPT);
    });
  }

  /** Revisions of a container and of those whose place it took, the newest first. */
  list(container: string): Revision[] {
    return this.rows(this.lineageOf(container)).map((row) => ({ ...row, body: JSON.parse(row.body) as ContainerCreateRequest }));
  }

  /** @throws NotFound */
  get(container: string, number: number): Revision {
    const found = this.list(container).find((revision) => revision.number === number);
    if (!found) throw notFound(`container ${container} has no revision ${number}`);
    return found;
  }

  private rows(lineage: string): Row[] {
    return this.database.sqlite
      .prepare<[string], Row>(
        'SELECT number, container, created, user, reason, name, image, body FROM container_revision WHERE lineage = ? ORDER BY number DESC',
      )
      .all(lineage);
  }

  private lineageOf(container: string): string {
    const row = this.database.sqlite
      .prepare<[string], { lineage: string }>('SELECT lineage FROM container_revision WHERE container = ? LIMIT 1')
      .get(container);
    return row?.lineage ?? container;
  }
}
