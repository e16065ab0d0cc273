import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database, DATABASE_FILE } from './database.js';
import { repairDatabase } from './repair.js';

const SCHEMA = [
  `CREATE TABLE thing (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
   CREATE TABLE part (name TEXT PRIMARY KEY, thing TEXT REFERENCES thing (name)) STRICT, WITHOUT ROWID;
   CREATE INDEX part_thing ON part (thing);`,
];
const THINGS = 500;

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-repair-'));
  path = join(root, DATABASE_FILE);
  const database = new Database(root);
  database.migrate('test', SCHEMA);
  database.durable(() => {
    for (let index = 0; index < THINGS; index++) {
      database.sqlite.prepare('INSERT INTO thing VALUES (?, ?)').run(`thing-${index}`, 'x'.repeat(300));
      database.sqlite.prepare('INSERT INTO part VALUES (?, ?)').run(`part-${index}`, `thing-${index}`);
    }
  });
  database.close();
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes over `length` bytes at `offset`. */
function damage(offset: number, length: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, offset, offset + length);
  writeFileSync(path, bytes);
}

function count(table: string): number {
  const database = new Database(root);
  const row = database.sqlite.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM ${table}`).get();
  database.close();
  return row?.rows ?? 0;
}

it('tells that a database is damaged, and how to go on', () => {
  damage(4096 * 10, 4096);
  expect(() => new Database(root)).toThrow(/state\.db is damaged .*--repair-database/);
});

it('saves what can be read, drops what stood on lost rows, and keeps the damaged file', () => {
  const original = readFileSync(path);
  // A page of rows in the midst of the first table.
  damage(original.indexOf('x'.repeat(300), original.length / 3) & ~4095, 4096);
  const report = repairDatabase(root);
  expect(report.join('\n')).toMatch(/thing: \d+ rows, and not all/);
  expect(count('thing')).toBeGreaterThan(THINGS / 2);
  expect(count('thing')).toBeLessThan(THINGS);
  expect(count('part')).toBeGreaterThan(THINGS / 2);
  expect(readdirSync(root).some((name) => name.startsWith(`${DATABASE_FILE}.damaged-`))).toBe(true);
  const database = new Database(root);
  expect(database.sqlite.pragma('foreign_key_check')).toEqual([]);
  database.close();
});

it('loses nothing of a database that is whole', () => {
  expect(repairDatabase(root).join('\n')).not.toContain('not all');
  expect([count('thing'), count('part')]).toEqual([THINGS, THINGS]);
});

it('begins anew when nothing can be read', () => {
  damage(0, 4096);
  expect(() => new Database(root)).toThrow(/is damaged/);
  expect(repairDatabase(root)[0]).toContain('nothing can be read');
  new Database(root).close();
});

it('leaves a database alone that a daemon uses', () => {
  const database = new Database(root);
  expect(() => repairDatabase(root)).toThrow(/a daemon uses/);
  database.close();
});
