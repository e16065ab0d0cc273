import { randomUUID } from 'node:crypto';
import type { Database } from '../../state/database.js';

/** The daemon's ID, made at its first start and kept for good. */
export function daemonId(database: Database): string {
  database.migrate('daemon', ['CREATE TABLE daemon (id TEXT NOT NULL) STRICT']);
  const known = database.sqlite.prepare<[], { id: string }>('SELECT id FROM daemon').get();
  if (known) return known.id;
  const id = randomUUID();
  database.durable(() => database.sqlite.prepare('INSERT INTO daemon (id) VALUES (?)').run(id));
  return id;
}
