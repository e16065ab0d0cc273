import { once } from 'node:events';
import { addAbortSignal, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { archiveName, archivePath } from '../container/rootfs/archive-path.js';
import type { Job, JobContext } from '../job.js';
import { FilesAccess, filesError, type FilesPlace } from './files-access.js';

export interface FilesReadParams extends FilesPlace {
  readonly path: string;
  /** A tar of the file or folder instead of the bytes of the file. */
  readonly archive: boolean;
  /** Takes the bytes; the files stay open until it resolves. @param size bytes, of a file */
  readonly send: (content: Readable, size: number | undefined, name: string) => Promise<void>;
}

/** Gives the content of a file, or a tar of a file or folder. */
@Injectable()
export class FilesRead implements Job<FilesReadParams, void> {
  constructor(private readonly access: FilesAccess) {}

  async run({ kind, id, path, archive, send }: FilesReadParams, { signal }: JobContext): Promise<void> {
    const wanted = archivePath(path);
    const name = archiveName(wanted).replace(/^\W*$/, 'files');
    try {
      await this.access.use({ kind, id }, async (files) => {
        // What is in the whole of it lies at the top of the archive, so that it is unpacked to where it was.
        const inside = wanted === '/' || wanted.endsWith('/.');
        const tar = () => (inside ? files.pack(wanted === '/' ? '/.' : wanted, '.') : files.pack(wanted, name));
        if (archive) return send(await begun(addAbortSignal(signal, tar())), undefined, `${name}.tar`);
        const { size, linkTarget } = await files.stat(wanted);
        const content = await begun(addAbortSignal(signal, files.read(wanted)));
        await send(content, linkTarget ? undefined : size, name);
      });
    } catch (error) {
      throw filesError(error, wanted);
    }
  }
}

/** Resolves when there is something to read, or nothing at all: what cannot be read is refused before an answer has begun. */
async function begun(stream: Readable): Promise<Readable> {
  await once(stream, 'readable');
  return stream;
}
