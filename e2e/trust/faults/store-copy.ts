import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface StoredContainer {
  readonly id: string;
  readonly name: string;
  readonly record: {
    readonly hostConfig: { readonly IpcMode?: string };
    readonly mounts: readonly { type: string; name?: string; layer?: string }[];
  };
  readonly state: { readonly running: boolean; readonly restarting: boolean; readonly pid: number };
}

export interface StoredSandbox {
  readonly containerId: string;
  readonly endpoints: readonly { readonly networkId: string }[];
  readonly ports: readonly { readonly protocol: string; readonly hostPort: number }[];
}

/** What a daemon's database says there is. */
export interface Store {
  readonly containers: readonly StoredContainer[];
  readonly images: readonly string[];
  /** Layers that no image, layer or container stands on. */
  readonly idleLayers: readonly string[];
  readonly layers: readonly string[];
  readonly readWriteLayers: readonly string[];
  /** Folder by layer, as the graph driver has them. */
  readonly folders: ReadonlyMap<string, string>;
  readonly networks: readonly { readonly id: string; readonly name: string; readonly link: string }[];
  readonly sandboxes: readonly StoredSandbox[];
  readonly volumes: readonly string[];
}

const IDLE = `SELECT chain_id AS id FROM layer AS one WHERE NOT EXISTS (SELECT 1 FROM layer WHERE parent = one.chain_id)
  AND NOT EXISTS (SELECT 1 FROM image WHERE top_layer = one.chain_id)
  AND NOT EXISTS (SELECT 1 FROM read_write_layer WHERE parent = one.chain_id)`;

/** Reads a copy of the database: the daemon holds the file itself for as long as it runs. */
export function readStore(dataRoot: string): Store {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-store-'));
  try {
    for (const name of ['state.db', 'state.db-wal'])
      if (existsSync(join(dataRoot, name))) copyFileSync(join(dataRoot, name), join(folder, name));
    const database = new DatabaseSync(join(folder, 'state.db'));
    const rows = <T>(sql: string) => database.prepare(sql).all() as T[];
    const ids = (sql: string) => rows<{ id: string }>(sql).map(({ id }) => id);
    const verdict = rows<{ integrity_check: string }>('PRAGMA integrity_check').map((row) => row.integrity_check);
    if (verdict.join() !== 'ok') throw new Error(`the database is damaged: ${verdict.join('; ')}`);
    const store: Store = {
      containers: rows<{ id: string; name: string; record: string; state: string }>('SELECT id, name, record, state FROM container').map(
        ({ id, name, record, state }) => ({ id, name, record: JSON.parse(record), state: JSON.parse(state) }),
      ),
      images: ids('SELECT id FROM image'),
      idleLayers: ids(IDLE),
      layers: ids('SELECT chain_id AS id FROM layer'),
      readWriteLayers: ids('SELECT id FROM read_write_layer'),
      folders: new Map(rows<{ id: string; folder: string }>('SELECT id, folder FROM overlay2_layer').map((row) => [row.id, row.folder])),
      networks: rows<{ id: string; name: string; link: string }>('SELECT id, name, link FROM network'),
      sandboxes: rows<{ record: string }>('SELECT record FROM sandbox').map(({ record }) => JSON.parse(record)),
      volumes: rows<{ name: string }>('SELECT name FROM volume').map(({ name }) => name),
    };
    database.close();
    return store;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
