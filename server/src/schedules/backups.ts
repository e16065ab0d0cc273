import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { invalidParameter, notFound } from '../base/errors.js';
import { Engine } from '../engine/engine.js';
import { FilesRead, FilesUnpack } from '../engine/files/index.js';

/** A copy of a volume's files at one time. */
export interface VolumeBackup {
  /** Of its file, such as `2026-01-02T03-04-05.678Z.tar.gz`. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Bytes on the disk. */
  readonly size: number;
}

const FILE = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.tar\.gz$/;
const VOLUME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Copies of volumes as compressed archives in `backups/VOLUME` below the data root. */
@Injectable()
export class Backups {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'dataRoot'>,
    private readonly engine: Engine,
  ) {}

  /** Backups of a volume, the newest first; also of one that is gone. @throws InvalidParameter */
  async list(volume: string): Promise<VolumeBackup[]> {
    const folder = this.folder(volume);
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const files = names.filter((name) => FILE.test(name)).sort();
    return Promise.all(
      files.toReversed().map(async (name) => ({ name, created: timeOf(name), size: (await stat(join(folder, name))).size })),
    );
  }

  /** Makes one, and removes the oldest when there are more than `keep`. It is whole or not there. @throws NotFound */
  async make(volume: string, keep: number, signal: AbortSignal): Promise<VolumeBackup> {
    const folder = this.folder(volume);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${new Date().toISOString().replaceAll(':', '-')}.tar.gz`;
    const [path, unfinished] = [join(folder, name), join(folder, `${name}.unfinished`)];
    try {
      await this.engine.run(
        FilesRead,
        {
          kind: 'volume',
          id: volume,
          path: '/',
          archive: true,
          send: (content) => pipeline(content, createGzip(), createWriteStream(unfinished, { mode: 0o600 }), { signal }),
        },
        { signal },
      );
      await syncFile(unfinished);
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
    for (const old of (await this.list(volume)).slice(keep)) await rm(join(folder, old.name));
    return { name, created: timeOf(name), size: (await stat(path)).size };
  }

  /** Puts the files of a backup over those of its volume. @throws NotFound */
  async restore(volume: string, name: string): Promise<void> {
    const { content } = await this.read(volume, name);
    try {
      await this.engine.run(FilesUnpack, { kind: 'volume', id: volume, path: '/', archive: content as AsyncIterable<Buffer> });
    } finally {
      content.destroy();
    }
  }

  /** @throws NotFound */
  async read(volume: string, name: string): Promise<{ content: ReadStream; size: number }> {
    const { size } = await this.find(volume, name);
    return { content: createReadStream(join(this.folder(volume), name)), size };
  }

  /** @throws NotFound */
  async remove(volume: string, name: string): Promise<void> {
    await this.find(volume, name);
    await rm(join(this.folder(volume), name));
  }

  private async find(volume: string, name: string): Promise<VolumeBackup> {
    const found = (await this.list(volume)).find((backup) => backup.name === name);
    if (!found) throw notFound(`volume ${volume} has no backup ${name}`);
    return found;
  }

  private folder(volume: string): string {
    if (!VOLUME.test(volume)) throw invalidParameter(`${volume} is no name of a volume`);
    return join(this.config.dataRoot, 'backups', volume);
  }
}

function timeOf(name: string): number {
  return Date.parse(name.replace('.tar.gz', '').replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
