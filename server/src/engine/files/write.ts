import { once } from 'node:events';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { extract, pack, type Header } from 'tar-stream';
import { invalidParameter, kindOf } from '../../base/errors.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { archivePath } from '../container/rootfs/archive-path.js';
import type { Job } from '../job.js';
import { ContainerChanges } from './container-changes.js';
import { FilesAccess, filesError, type FilesPlace } from './files-access.js';

export interface FilesWriteParams extends FilesPlace {
  readonly path: string;
  readonly content: AsyncIterable<Buffer>;
  /** Bytes of the content. */
  readonly size: number;
}

/** Writes a whole file of a container or volume, a new one or in the place of an old one, whose owner and mode stay. */
@Injectable()
export class FilesWrite implements Job<FilesWriteParams, void> {
  constructor(
    private readonly access: FilesAccess,
    private readonly changes: ContainerChanges,
  ) {}

  async run({ kind, id, path, content, size }: FilesWriteParams): Promise<void> {
    const wanted = archivePath(path);
    this.access.mustBeWritable({ kind, id });
    if (wanted.endsWith('/') || wanted.endsWith('/.')) throw invalidParameter('a file needs a name');
    try {
      await this.access.use({ kind, id }, async (files) => {
        const before = await headerOf(files, wanted);
        if (before && before.type !== 'file') throw invalidParameter(`${wanted} is a ${before.type}, not a file`);
        const { uid = 0, gid = 0, mode = 0o644 } = before ?? {};
        const tar = pack();
        const filling = fill(tar.entry({ name: posix.basename(wanted), size, uid, gid, mode, mtime: new Date() }), content);
        const filled = filling.then(
          () => tar.finalize(),
          (error: Error) => tar.destroy(error),
        );
        await files.unpack(`${posix.dirname(wanted)}`, tar as unknown as AsyncIterable<Buffer>, { keepKinds: true });
        await filled;
      });
    } catch (error) {
      throw filesError(error, wanted);
    } finally {
      this.changes.forget();
    }
  }
}

/** Writes `content` to the entry of a tar. Rejects also when the tar is given up on before. */
async function fill(entry: NodeJS.WritableStream, content: AsyncIterable<Buffer>): Promise<void> {
  // When the tar is destroyed the entry tells so by an event, whether anybody waits for it or not.
  entry.on('error', () => undefined);
  const closed = once(entry, 'close').then(() => Promise.reject(new Error('the archive was given up on')));
  closed.catch(() => undefined);
  for await (const chunk of content) if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), closed]);
  await Promise.race([new Promise<void>((resolve) => void entry.end(resolve)), closed]);
}

/** What a tar tells of a path; undefined when nothing is there. */
async function headerOf(files: Rootfs, path: string): Promise<Header | undefined> {
  try {
    await files.stat(path);
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
  const tar: Readable = files.pack(path, 'it');
  const reader = extract();
  const header = new Promise<Header>((resolve, reject) => {
    reader.once('entry', (found) => resolve(found));
    reader.once('error', reject);
    tar.once('error', reject);
  });
  tar.pipe(reader);
  try {
    return await header;
  } finally {
    tar.unpipe(reader);
    tar.destroy();
    reader.destroy();
  }
}
