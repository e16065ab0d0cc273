import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { conflict, notFound } from '../base/errors.js';
import { DATABASE_FILE } from './database.js';

interface Piece {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * Saves what can be read of a damaged database into a new one, which takes its place. The damaged files stay beside it as
 * state.db.damaged-TIME. Rows whose pages are lost are lost, and so are rows that stood on them.
 * @returns what was done, as lines for people
 * @throws NotFound without a database, Conflict while a daemon has it open
 */
export function repairDatabase(dataRoot: string): string[] {
  const path = join(dataRoot, DATABASE_FILE);
  if (!existsSync(path)) throw notFound(`there is no database ${path} to repair`);
  const repaired = `${path}.repaired`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${repaired}${suffix}`, { force: true });
  closeSync(openSync(repaired, 'a', 0o600));
  const report = salvage(path, repaired);
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  renameSync(repaired, path);
  sync(dataRoot);
  return [
    ...report,
    `the damaged database is kept as ${aside}; containers and images that are missing in the new one lose their files with the next start`,
  ];
}

function salvage(from: string, to: string): string[] {
  const damaged = new Sqlite(from);
  const whole = new Sqlite(to);
  try {
    whole.pragma('foreign_keys = OFF');
    whole.pragma('synchronous = FULL');
    const pieces = schemaOf(damaged);
    if (pieces.length === 0) return ['nothing can be read of the database: the new one is empty'];
    const tables = pieces.filter(({ type }) => type === 'table');
    whole.exec('BEGIN');
    for (const { sql } of tables) whole.exec(sql);
    const lines = tables.map(({ name }) => `${name}: ${copy(damaged, whole, name)}`);
    for (const { sql } of pieces.filter(({ type }) => type !== 'table')) whole.exec(sql);
    const dropped = dropDangling(
      whole,
      tables.map(({ name }) => name),
    );
    whole.exec('COMMIT');
    return dropped === 0 ? lines : [...lines, `${dropped} rows stood on others that are lost`];
  } finally {
    damaged.close();
    whole.close();
  }
}

/** @throws Conflict while a daemon has it open */
function schemaOf(damaged: Sqlite.Database): Piece[] {
  try {
    damaged.pragma('busy_timeout = 0');
    damaged.pragma('locking_mode = EXCLUSIVE');
    damaged.exec('BEGIN IMMEDIATE; COMMIT');
    return damaged.prepare<[], Piece>("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all();
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') throw conflict('a daemon uses the database: stop it first', error);
    return [];
  }
}

/** Reads a table from its beginning and from its end, each as far as it goes. @returns what came of it */
function copy(damaged: Sqlite.Database, whole: Sqlite.Database, table: string): string {
  const columns = whole.pragma(`table_info(${table})`) as { name: string; pk: number }[];
  const names = columns.map(({ name }) => name).join(', ');
  const add = whole.prepare<unknown[]>(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  const [{ wr: withoutRowId }] = whole.pragma(`table_list(${table})`) as [{ wr: number }];
  // By the table itself: an index may be damaged too.
  const order = withoutRowId ? columns.filter(({ pk }) => pk > 0).map(({ name }) => name) : ['rowid'];
  let saved = 0;
  for (const direction of ['ASC', 'DESC']) {
    const by = order.map((name) => `${name} ${direction}`).join(', ');
    try {
      const rows = damaged.prepare<[], unknown[]>(`SELECT ${names} FROM ${table} NOT INDEXED ORDER BY ${by}`).raw();
      for (const row of rows.iterate()) saved += add.run(...row).changes;
      return `${saved} rows, all`;
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError)) throw error;
    }
  }
  return `${saved} rows, and not all`;
}

/** Deletes rows that refer to lost ones, until there are none. @returns how many */
function dropDangling(whole: Sqlite.Database, tables: readonly string[]): number {
  const deletions = tables.flatMap((table) =>
    (whole.pragma(`foreign_key_list(${table})`) as { table: string; from: string; to: string }[]).map(({ table: parent, from, to }) =>
      whole.prepare(`DELETE FROM ${table} WHERE ${from} IS NOT NULL AND ${from} NOT IN (SELECT ${to} FROM ${parent})`),
    ),
  );
  let dropped = 0;
  for (let more = 1; more > 0; dropped += more) more = deletions.reduce((sum, deletion) => sum + deletion.run().changes, 0);
  return dropped;
}

function sync(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
