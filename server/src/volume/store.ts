import type { Database } from '../state/database.js';
import type { StoredVolume } from '../drivers/volumedriver/driver.js';

const MIGRATIONS = [
  `CREATE TABLE volume (
     name TEXT PRIMARY KEY,
     driver TEXT NOT NULL,
     mountpoint TEXT NOT NULL,
     created TEXT NOT NULL,
     labels TEXT NOT NULL,
     options TEXT NOT NULL,
     anonymous INTEGER NOT NULL
   ) STRICT`,
  `ALTER TABLE volume ADD COLUMN scope TEXT NOT NULL DEFAULT 'local'`,
  `-- What is being done to it: '', 'making' or 'removing'.
   ALTER TABLE volume ADD COLUMN unfinished TEXT NOT NULL DEFAULT '';
   -- ID of the container that it goes with; '' when it goes only by itself.
   ALTER TABLE volume ADD COLUMN owner TEXT NOT NULL DEFAULT '';`,
];

/** A volume, as it is saved. */
export interface VolumeRecord extends StoredVolume {
  readonly driver: string;
  readonly scope: 'local' | 'global';
  /** RFC 3339. */
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Made for a container that gave it no name. */
  readonly anonymous: boolean;
}

/** A volume that a daemon may have left half done, or one that goes with its container. */
export interface UnfinishedVolume {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly unfinished: '' | 'making' | 'removing';
  readonly owner: string;
}

interface Row {
  name: string;
  driver: string;
  mountpoint: string;
  created: string;
  labels: string;
  options: string;
  anonymous: number;
  scope: 'local' | 'global';
}

const COLUMNS = 'name, driver, mountpoint, created, labels, options, anonymous, scope';

/** The volumes that were made through this daemon, in its database. */
export class VolumeStore {
  private readonly byName = new Map<string, VolumeRecord>();

  constructor(private readonly database: Database) {
    database.migrate('volume', MIGRATIONS);
    for (const row of database.sqlite.prepare<[], Row>(`SELECT ${COLUMNS} FROM volume`).all()) this.byName.set(row.name, toRecord(row));
  }

  find(name: string): VolumeRecord | undefined {
    return this.byName.get(name);
  }

  all(): VolumeRecord[] {
    return [...this.byName.values()];
  }

  /** Saves that a volume is being made. @param owner ID of the container that it goes with, or '' */
  begin(volume: VolumeRecord, owner: string): void {
    const { name, driver, mountpoint, created, labels, options, anonymous, scope } = volume;
    this.database.quick(() =>
      this.database.sqlite
        .prepare(
          `INSERT OR REPLACE INTO volume (name, driver, mountpoint, created, labels, options, anonymous, scope, owner, unfinished)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'making')`,
        )
        .run(name, driver, mountpoint, created, JSON.stringify(labels), JSON.stringify(options), anonymous ? 1 : 0, scope, owner),
    );
  }

  /** A volume that was begun is made. */
  finish(name: string, mountpoint: string): VolumeRecord {
    const row = this.database.durable(() =>
      this.database.sqlite
        .prepare<[string, string], Row>(`UPDATE volume SET mountpoint = ?, unfinished = '' WHERE name = ? RETURNING ${COLUMNS}`)
        .get(mountpoint, name),
    );
    const volume = toRecord(row as Row);
    this.byName.set(name, volume);
    return volume;
  }

  /** Saves what is about to be done to a volume, or that it was not done. */
  setUnfinished(name: string, unfinished: UnfinishedVolume['unfinished']): void {
    this.database.quick(() => this.database.sqlite.prepare('UPDATE volume SET unfinished = ? WHERE name = ?').run(unfinished, name));
  }

  /** A volume does not go with `owner` any more, if it did. */
  disown(name: string, owner: string): void {
    this.database.quick(() => this.database.sqlite.prepare("UPDATE volume SET owner = '' WHERE name = ? AND owner = ?").run(name, owner));
  }

  /** What is to be looked at when a daemon starts. */
  unfinished(): UnfinishedVolume[] {
    return this.database.sqlite
      .prepare<[], Omit<UnfinishedVolume, 'options'> & { options: string }>(
        "SELECT name, driver, options, unfinished, owner FROM volume WHERE unfinished <> '' OR owner <> ''",
      )
      .all()
      .map((row) => ({ ...row, options: JSON.parse(row.options) as Record<string, string> }));
  }

  delete(name: string): void {
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM volume WHERE name = ?').run(name));
    this.byName.delete(name);
  }
}

function toRecord(row: Row): VolumeRecord {
  return {
    ...row,
    labels: JSON.parse(row.labels) as Record<string, string>,
    options: JSON.parse(row.options) as Record<string, string>,
    anonymous: row.anonymous === 1,
  };
}
