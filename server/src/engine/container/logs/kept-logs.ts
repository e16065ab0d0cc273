import { mkdirSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, basename, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { notFound } from '../../../base/errors.js';
import { logFileNames } from '../../../base/log-file-names.js';
import type { Container } from '../../../container/container.js';
import { Database } from '../../../state/database.js';
import { logPath } from '../rootfs/paths.js';

/** What is kept in all; the oldest goes first. */
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_LOGS = 2000;

const MIGRATIONS = [
  `CREATE TABLE kept_log (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     service TEXT NOT NULL,
     project TEXT NOT NULL,
     image TEXT NOT NULL,
     driver TEXT NOT NULL,
     created TEXT NOT NULL,
     removed INTEGER NOT NULL,
     size INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX kept_log_by_age ON kept_log (removed)`,
];

/** The log of a container that was removed. */
export interface KeptLog {
  /** Of the container. */
  readonly id: string;
  readonly name: string;
  /** What its successors are called as well. */
  readonly service: string;
  /** Compose project; '' for none. */
  readonly project: string;
  readonly image: string;
  /** Name of the log driver that wrote it. */
  readonly driver: string;
  /** RFC 3339. */
  readonly created: string;
  /** Milliseconds since 1970. */
  readonly removed: number;
  /** Bytes on the disk. */
  readonly size: number;
}

/** What the successors of a container share with it: the Compose service, or the name. */
export function serviceOf({ name, record }: Container): { service: string; project: string } {
  const labels = record.config.Labels ?? {};
  const project = labels['com.docker.compose.project'] ?? '';
  return { service: labels['com.docker.compose.service'] ?? name, project };
}

/** Keeps the logs of removed containers, as many as there is room for. */
@Injectable()
export class KeptLogs {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly database: Database,
  ) {
    database.migrate('kept-log', MIGRATIONS);
  }

  /** The youngest first. */
  all(): KeptLog[] {
    return this.database.sqlite.prepare<[], KeptLog>('SELECT * FROM kept_log ORDER BY removed DESC').all();
  }

  find(id: string): KeptLog | undefined {
    return this.database.sqlite.prepare<[string], KeptLog>('SELECT * FROM kept_log WHERE id = ?').get(id);
  }

  /** Where a kept log begins, as the log driver counts its files. */
  path(id: string): string {
    return join(this.config.dataRoot, 'logs', id, basename(logPath(this.config, id)));
  }

  /** Takes over the files of a container's log, which is being removed; there may be none. */
  async keep(container: Container): Promise<void> {
    const { id } = container;
    const from = logPath(this.config, id);
    const files = await logFileNames(from);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const size = sizes.reduce((sum, each) => sum + each, 0);
    if (size === 0) return;
    const folder = dirname(this.path(id));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of files) await rename(file, join(folder, basename(file)));
    this.insert({
      id,
      name: container.name,
      ...serviceOf(container),
      image: container.record.config.Image ?? '',
      driver: container.record.hostConfig.LogConfig?.Type ?? '',
      created: container.record.created,
      removed: Date.now(),
      size,
    });
    await this.makeRoom();
  }

  /** Deletes one. @throws NotFound */
  async remove(id: string): Promise<void> {
    if (!this.find(id)) throw notFound(`no such kept log: ${id}`);
    this.database.quick(() => this.database.sqlite.prepare('DELETE FROM kept_log WHERE id = ?').run(id));
    await rm(dirname(this.path(id)), { recursive: true, force: true });
  }

  private insert(log: KeptLog): void {
    this.database.quick(() =>
      this.database.sqlite
        .prepare(
          `INSERT OR REPLACE INTO kept_log (id, name, service, project, image, driver, created, removed, size)
           VALUES (@id, @name, @service, @project, @image, @driver, @created, @removed, @size)`,
        )
        .run(log),
    );
  }

  private async makeRoom(): Promise<void> {
    let bytes = 0;
    for (const [at, { id, size }] of this.all().entries()) {
      bytes += size;
      if (bytes > MOST_BYTES || at >= MOST_LOGS) await this.remove(id);
    }
  }
}
