import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { conflict, messageOf, systemError } from '../base/errors.js';
import { passStep } from '../base/steps.js';

/** In the data root. */
export const DATABASE_FILE = 'state.db';

/** SQL that takes a room's tables from version N to N+1, oldest first; never edited once released. */
export type Migrations = readonly string[];

/**
 * The daemon's metadata: one SQLite file in WAL mode. Rooms own tables, never another room's.
 * Crash-safe against SIGKILL always; `durable` also against loss of power.
 */
export class Database {
  readonly sqlite: Sqlite.Database;
  private full = true;
  private readonly statements = new Map<string, Sqlite.Statement>();

  /**
   * @param dataRoot folder of the database file, made when missing; ':memory:' for tests
   * @throws Conflict when another daemon has it open: the lock on the file is the lock on the data root
   */
  constructor(dataRoot: string) {
    this.sqlite = new Sqlite(dataRoot === ':memory:' ? dataRoot : databaseFile(dataRoot));
    this.keepStatements();
    this.sqlite.pragma('busy_timeout = 0');
    this.sqlite.pragma('locking_mode = EXCLUSIVE');
    try {
      this.sqlite.pragma('journal_mode = WAL');
      this.sqlite.exec('BEGIN IMMEDIATE; COMMIT');
      this.check();
    } catch (error) {
      this.sqlite.close();
      throw openError(error, dataRoot);
    }
    this.sqlite.pragma('synchronous = FULL');
    this.sqlite.pragma('foreign_keys = ON');
    this.sqlite.pragma('journal_size_limit = 67108864');
    this.sqlite.pragma('trusted_schema = OFF');
    this.sqlite.exec('CREATE TABLE IF NOT EXISTS migration (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');
  }

  /** Brings `room`'s tables to the newest version, in one transaction. */
  migrate(room: string, migrations: Migrations): void {
    this.durable(() => {
      const row = this.sqlite.prepare<[string], { version: number }>('SELECT version FROM migration WHERE room = ?').get(room);
      for (const sql of migrations.slice(row?.version ?? 0)) this.sqlite.exec(sql);
      this.sqlite
        .prepare('INSERT INTO migration (room, version) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET version = excluded.version')
        .run(room, migrations.length);
    });
  }

  /** Runs `work` in a transaction that a loss of power after the return does not undo (one fsync). */
  durable<T>(work: () => T): T {
    return this.transact(work, true);
  }

  /** Runs `work` in a transaction that survives the daemon's death but perhaps not a loss of power (no fsync). */
  quick<T>(work: () => T): T {
    return this.transact(work, false);
  }

  close(): void {
    this.sqlite.close();
  }

  /** Damage is told now rather than by whoever meets it later. @throws SqliteError SQLITE_CORRUPT */
  private check(): void {
    const verdict = String(this.sqlite.pragma('quick_check(1)', { simple: true }));
    if (verdict !== 'ok') throw new Sqlite.SqliteError(verdict.split('\n').at(-1) ?? '', 'SQLITE_CORRUPT');
  }

  /** Compiling a statement takes longer than running most of them, so each is compiled once. Their number is the code's, not the data's. */
  private keepStatements(): void {
    const compile = this.sqlite.prepare.bind(this.sqlite);
    const prepare = (sql: string) => {
      const known = this.statements.get(sql);
      if (known) return known;
      const statement = compile(sql);
      this.statements.set(sql, statement);
      return statement;
    };
    this.sqlite.prepare = prepare as typeof this.sqlite.prepare;
  }

  private transact<T>(work: () => T, full: boolean): T {
    if (this.sqlite.inTransaction) return work();
    if (this.full !== full) {
      this.sqlite.pragma(`synchronous = ${full ? 'FULL' : 'NORMAL'}`);
      this.full = full;
    }
    passStep('Database.write begins');
    const result = this.sqlite.transaction(work)();
    passStep('Database.write ends');
    return result;
  }
}

/** What became of opening, for people. */
function openError(error: unknown, dataRoot: string): unknown {
  const { code = '' } = error as { code?: string };
  if (code === 'SQLITE_BUSY') {
    return conflict(`another daemon uses the data root ${dataRoot}: stop it, or give this one its own --data-root`, error);
  }
  if (!code.startsWith('SQLITE_CORRUPT') && code !== 'SQLITE_NOTADB') return error;
  return systemError(
    `the database ${join(dataRoot, DATABASE_FILE)} is damaged (${messageOf(error)}): put a copy of it in its place, or start the daemon ` +
      'once with --repair-database, which saves what can be read and keeps the damaged file',
    error,
  );
}

/** The file, made when missing so that only root reads the password hashes in it: SQLite gives its journals the same mode. */
function databaseFile(dataRoot: string): string {
  mkdirSync(dataRoot, { recursive: true, mode: 0o710 });
  const path = join(dataRoot, DATABASE_FILE);
  closeSync(openSync(path, 'a', 0o600));
  return path;
}
