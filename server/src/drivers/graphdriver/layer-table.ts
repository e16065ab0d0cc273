import { readFileSync } from 'node:fs';
import type { Database, Migrations } from '../../state/database.js';

/** A layer that exists. Its files are in <root>/<folder>. */
export interface LayerRow {
  readonly id: string;
  readonly folder: string;
  readonly parent: string | null;
  /** 1 or 0. */
  readonly readOnly: number;
  /** Digest of the tar that a read-only layer came as. */
  readonly diffId: string | null;
}

/** A row as it stands in the table. */
export interface KnownLayer extends LayerRow {
  /** The boot of the machine in which a layer was written that was not brought onto the disk since. */
  readonly boot: string | null;
}

const migrations = (driver: string): Migrations => [
  `CREATE TABLE ${driver}_layer (
     id TEXT PRIMARY KEY,
     folder TEXT NOT NULL UNIQUE,
     parent TEXT,
     read_only INTEGER NOT NULL,
     diff_id TEXT
   ) STRICT`,
  `ALTER TABLE ${driver}_layer ADD COLUMN boot TEXT`,
];

const columns = 'id, folder, parent, read_only AS readOnly, diff_id AS diffId';

const thisBoot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Which layers of a driver exist: a folder without a row here is rubbish. */
export class LayerTable {
  private readonly name: string;

  /** @param driver name of the graph driver, which its table begins with */
  constructor(
    private readonly database: Database,
    driver: string,
  ) {
    this.name = `${driver}_layer`;
    database.migrate(driver, migrations(driver));
  }

  get(id: string): LayerRow | undefined {
    return this.database.sqlite.prepare<[string], LayerRow>(`SELECT ${columns} FROM ${this.name} WHERE id = ?`).get(id);
  }

  all(): KnownLayer[] {
    return this.database.sqlite.prepare<[], KnownLayer>(`SELECT ${columns}, boot FROM ${this.name} ORDER BY rowid`).all();
  }

  /** IDs of the read-only layers that may not be on the disk yet. */
  unsynced(): string[] {
    const rows = this.database.sqlite.prepare<[], { id: string }>(`SELECT id FROM ${this.name} WHERE boot IS NOT NULL`).all();
    return rows.map(({ id }) => id);
  }

  /** Notes that the layers are on the disk. */
  synced(ids: readonly string[]): void {
    this.database.quick(() => {
      const update = this.database.sqlite.prepare(`UPDATE ${this.name} SET boot = NULL WHERE id = ?`);
      for (const id of ids) update.run(id);
    });
  }

  /** `id` and all layers below it, uppermost first. */
  chain(id: string): LayerRow[] {
    const query = `
      WITH RECURSIVE chain (id, folder, parent, readOnly, diffId, depth) AS (
        SELECT ${columns}, 0 FROM ${this.name} WHERE id = ?
        UNION ALL
        SELECT l.id, l.folder, l.parent, l.read_only, l.diff_id, depth + 1
        FROM chain JOIN ${this.name} l ON l.id = chain.parent
      )
      SELECT id, folder, parent, readOnly, diffId FROM chain ORDER BY depth`;
    return this.database.sqlite.prepare<[string], LayerRow>(query).all(id);
  }

  /** @returns false when `row.id` exists already */
  insert(row: LayerRow): boolean {
    const boot = row.readOnly ? thisBoot : null;
    return this.database.quick(
      () =>
        this.database.sqlite
          .prepare(`INSERT OR IGNORE INTO ${this.name} (id, folder, parent, read_only, diff_id, boot) VALUES (?, ?, ?, ?, ?, ?)`)
          .run(row.id, row.folder, row.parent, row.readOnly, row.diffId, boot).changes === 1,
    );
  }

  delete(id: string): void {
    this.database.quick(() => this.database.sqlite.prepare(`DELETE FROM ${this.name} WHERE id = ?`).run(id));
  }
}

/** Whether the machine went down before the layer was on the disk: its files may be anything. */
export function isLost({ boot }: KnownLayer): boolean {
  return boot !== null && boot !== thisBoot;
}
