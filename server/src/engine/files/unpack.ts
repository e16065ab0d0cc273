import { Injectable } from '@nestjs/common';
import { archivePath } from '../container/rootfs/archive-path.js';
import type { Job } from '../job.js';
import { ContainerChanges } from './container-changes.js';
import { FilesAccess, filesError, type FilesPlace } from './files-access.js';

export interface FilesUnpackParams extends FilesPlace {
  /** A folder that is there. */
  readonly path: string;
  /** A tar, compressed or not. */
  readonly archive: AsyncIterable<Buffer>;
}

/** Unpacks an archive into a folder of a container or a volume, over what is there. */
@Injectable()
export class FilesUnpack implements Job<FilesUnpackParams, void> {
  constructor(
    private readonly access: FilesAccess,
    private readonly changes: ContainerChanges,
  ) {}

  async run({ kind, id, path, archive }: FilesUnpackParams): Promise<void> {
    const folder = archivePath(path);
    this.access.mustBeWritable({ kind, id });
    try {
      await this.access.use({ kind, id }, (files) => files.unpack(folder, archive, { keepKinds: false }));
    } catch (error) {
      throw filesError(error, folder);
    } finally {
      this.changes.forget();
    }
  }
}
