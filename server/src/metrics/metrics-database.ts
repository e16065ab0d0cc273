import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { METRICS, noRows, addRow, type Point, type PointRows } from './point.js';
import { TIERS } from './tiers.js';
import type { Rolled } from './roll-up.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS point (
    series INTEGER NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL,
    ${METRICS.map((metric) => `${metric} REAL NOT NULL`).join(', ')},
    PRIMARY KEY (series, step, time)
  ) STRICT, WITHOUT ROWID`;
const COLUMNS = METRICS.join(', ');

/** A complete point and the series it is of. */
export interface SeriesPoint extends Rolled {
  readonly series: string;
}

/**
 * The history of what was used, in a file of its own: it may lose its last minute when the power fails, and is written in
 * lots. Its memory is small whatever its size.
 */
export class MetricsDatabase {
  private readonly sqlite: Sqlite.Database;

  /** @param dataRoot where its file is; ':memory:' for tests */
  constructor(dataRoot: string) {
    const path = dataRoot === ':memory:' ? dataRoot : join(dataRoot, 'metrics.db');
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    this.sqlite = new Sqlite(path);
    this.sqlite.pragma('journal_mode = WAL');
    this.sqlite.pragma('synchronous = NORMAL');
    this.sqlite.pragma('cache_size = -256');
    this.sqlite.pragma('journal_size_limit = 4194304');
    this.sqlite.pragma('trusted_schema = OFF');
    this.sqlite.exec(SCHEMA);
  }

  /** Writes points, all in one go. */
  write(points: readonly SeriesPoint[]): void {
    const addSeries = this.sqlite.prepare('INSERT OR IGNORE INTO series (name) VALUES (?)');
    const add = this.sqlite.prepare(
      `INSERT OR REPLACE INTO point (series, step, time, ${COLUMNS})
       VALUES ((SELECT id FROM series WHERE name = ?), ?, ?, ${METRICS.map(() => '?').join(', ')})`,
    );
    this.sqlite.transaction(() => {
      for (const { series, step, time, point } of points) {
        addSeries.run(series);
        add.run(series, step, time, ...METRICS.map((metric) => point[metric]));
      }
    })();
  }

  /** The points of a tier from one time to another, averaged to `width` seconds (a multiple of its step); the oldest first. */
  read(series: string, step: number, from: number, to: number, width: number): PointRows {
    const rows = this.sqlite
      .prepare<[number, number, string, number, number, number], Point & { at: number }>(
        `SELECT time / CAST(? AS INTEGER) * CAST(? AS INTEGER) AS at, ${METRICS.map((metric) => `avg(${metric}) AS ${metric}`).join(', ')} FROM point
         WHERE series = (SELECT id FROM series WHERE name = ?) AND step = ? AND time BETWEEN ? AND ?
         GROUP BY at ORDER BY at`,
      )
      .all(width, width, series, step, Math.floor(from), Math.ceil(to));
    const result = noRows();
    for (const row of rows) addRow(result, row.at, row);
    return result;
  }

  /** Names of all series. */
  names(): string[] {
    return this.sqlite.prepare<[], string>('SELECT name FROM series ORDER BY name').pluck().all();
  }

  /** Deletes what is older than its tier keeps, and series of which nothing is left. @param now seconds since 1970 */
  prune(now: number): void {
    const remove = this.sqlite.prepare('DELETE FROM point WHERE series = ? AND step = ? AND time < ?');
    this.sqlite.transaction(() => {
      for (const id of this.sqlite.prepare<[], number>('SELECT id FROM series').pluck().all())
        for (const { step, keep } of TIERS) remove.run(id, step, now - keep);
      this.sqlite.exec('DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM point WHERE series = series.id)');
    })();
  }

  close(): void {
    this.sqlite.close();
  }
}
