import { Injectable } from '@nestjs/common';
import type { Network } from '../api/generated/types.gen.js';
import { Database, type Migrations } from '../state/database.js';
import type { Sandbox } from './sandbox/sandbox.js';

const MIGRATIONS: Migrations = [
  `CREATE TABLE network (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, link TEXT NOT NULL, inspect TEXT NOT NULL) STRICT;
   CREATE TABLE sandbox (container TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`,
];

/** A network as it is kept: Docker's object, and what Docker does not show. */
export interface NetworkRecord {
  readonly inspect: Network;
  /** Name of its link on the host; '' where there is none. */
  readonly link: string;
}

/** Networks, which outlive everything, and the sandboxes of running containers, which outlive the daemon. */
@Injectable()
export class NetworkStore {
  constructor(private readonly database: Database) {
    database.migrate('network', MIGRATIONS);
  }

  networks(): NetworkRecord[] {
    const rows = this.database.sqlite.prepare<[], { link: string; inspect: string }>('SELECT link, inspect FROM network').all();
    return rows.map(({ link, inspect }) => ({ link, inspect: JSON.parse(inspect) }));
  }

  saveNetwork({ inspect, link }: NetworkRecord): void {
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT INTO network (id, name, link, inspect) VALUES (?, ?, ?, ?)')
        .run(inspect.Id, inspect.Name, link, JSON.stringify(inspect)),
    );
  }

  deleteNetwork(id: string): void {
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM network WHERE id = ?').run(id));
  }

  sandboxes(): Sandbox[] {
    const rows = this.database.sqlite.prepare<[], { record: string }>('SELECT record FROM sandbox').all();
    return rows.map(({ record }) => JSON.parse(record));
  }

  /** A loss of power ends all containers, so that nothing is lost with what it takes. */
  saveSandbox(sandbox: Sandbox): void {
    this.database.quick(() =>
      this.database.sqlite
        .prepare('INSERT INTO sandbox (container, record) VALUES (?, ?) ON CONFLICT (container) DO UPDATE SET record = excluded.record')
        .run(sandbox.containerId, JSON.stringify(sandbox)),
    );
  }

  deleteSandbox(containerId: string): void {
    this.database.quick(() => this.database.sqlite.prepare('DELETE FROM sandbox WHERE container = ?').run(containerId));
  }
}
