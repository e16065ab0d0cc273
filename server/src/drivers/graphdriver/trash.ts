import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { archive } from '../../libcontainer/index.js';

/**
 * Deletes folders in the background, one after the other. What is in the trash is gone for everybody else at once,
 * by a rename; what a crash leaves in it is deleted by `empty`.
 */
export class Trash {
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly folder: string) {}

  /** Deletes everything a former daemon left. */
  async empty(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) this.delete(name);
  }

  /** Takes `path` away; a missing one is no error. `name` is unique. */
  async take(path: string, name: string): Promise<void> {
    try {
      await rename(path, join(this.folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    this.delete(name);
  }

  /** Resolves when everything taken so far is off the disk. */
  settled(): Promise<void> {
    return this.work;
  }

  private delete(name: string): void {
    this.work = this.work
      .then(() => archive.removeTree(join(this.folder, name)))
      .catch((error: unknown) => process.emitWarning(`cannot delete a removed layer, the next start tries again: ${messageOf(error)}`));
  }
}
