import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../base/errors.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { archivePath } from '../container/rootfs/archive-path.js';
import type { Job } from '../job.js';
import { ContainerChanges } from './container-changes.js';
import { FilesAccess, filesError, type FilesPlace } from './files-access.js';

/** Changes single files and folders of containers and volumes. */
@Injectable()
export class FilesEditing {
  constructor(
    private readonly access: FilesAccess,
    private readonly changes: ContainerChanges,
  ) {}

  /** Does `work` at `path`. @throws Forbidden for what never changes, InvalidParameter for a path without a name, and what `work` throws */
  async change(place: FilesPlace, path: string, work: (files: Rootfs, path: string) => Promise<void>): Promise<void> {
    this.access.mustBeWritable(place);
    const wanted = named(path);
    try {
      await this.access.use(place, (files) => work(files, wanted));
    } catch (error) {
      throw filesError(error, wanted);
    } finally {
      this.changes.forget();
    }
  }
}

/** A path whose last part is a name. */
function named(path: string): string {
  const wanted = archivePath(path).replace(/\/+$/, '');
  if (/(^|\/)\.{0,2}$/.test(wanted)) throw invalidParameter(`${path} is no name of a file or folder`);
  return wanted;
}

export interface FolderMakeParams extends FilesPlace {
  readonly path: string;
}

/** Makes a folder; the one it is in must be there. */
@Injectable()
export class FolderMake implements Job<FolderMakeParams, void> {
  constructor(private readonly editing: FilesEditing) {}

  run({ kind, id, path }: FolderMakeParams): Promise<void> {
    return this.editing.change({ kind, id }, path, (files, wanted) => files.makeFolder(wanted));
  }
}

export interface FileMoveParams extends FilesPlace {
  readonly from: string;
  readonly to: string;
}

/** Gives a file or folder another name or place in the same container or volume; nothing is overwritten. */
@Injectable()
export class FileMove implements Job<FileMoveParams, void> {
  constructor(private readonly editing: FilesEditing) {}

  async run({ kind, id, from, to }: FileMoveParams): Promise<void> {
    const target = named(to);
    if (`${target}/`.startsWith(`${named(from)}/`)) throw invalidParameter(`${from} cannot be moved to itself or into itself`);
    return this.editing.change({ kind, id }, from, (files, source) => files.move(source, target));
  }
}

export interface FileRemoveParams extends FilesPlace {
  readonly path: string;
}

/** Deletes a file, or a folder with all that is in it. */
@Injectable()
export class FileRemove implements Job<FileRemoveParams, void> {
  constructor(private readonly editing: FilesEditing) {}

  run({ kind, id, path }: FileRemoveParams): Promise<void> {
    return this.editing.change({ kind, id }, path, async (files, wanted) => {
      await files.stat(wanted);
      await files.remove(wanted);
    });
  }
}
