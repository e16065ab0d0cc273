import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from './database.js';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'slipway-state-'))));
afterEach(() => rmSync(root, { recursive: true }));

it('lets nobody else read what it keeps', () => {
  const database = new Database(join(root, 'data'));
  database.migrate('test', ['CREATE TABLE thing (name TEXT) STRICT']);
  const files = readdirSync(join(root, 'data'));
  expect(files).toContain('state.db-wal');
  for (const file of files) expect(statSync(join(root, 'data', file)).mode & 0o077, file).toBe(0);
  database.close();
});

it('is opened by one daemon at a time', () => {
  const database = new Database(root);
  expect(() => new Database(root)).toThrow('another daemon uses the data root');
  database.close();
  new Database(root).close();
});

it('runs each migration once', () => {
  const migrations = ['CREATE TABLE thing (name TEXT) STRICT', "INSERT INTO thing VALUES ('a')"];
  for (const count of [1, 2, 2]) {
    const database = new Database(root);
    database.migrate('test', migrations.slice(0, count));
    database.close();
  }
  const database = new Database(root);
  expect(database.sqlite.prepare('SELECT count(*) AS things FROM thing').get()).toEqual({ things: 1 });
  database.close();
});
