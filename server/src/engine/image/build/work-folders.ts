import { Inject, Injectable } from '@nestjs/common';
import { systemError } from '../../../base/errors.js';
import { newId } from '../../../base/ids.js';
import { EXEC_DRIVER, type ExecDriver, type Rootfs } from '../../../drivers/execdriver/driver.js';
import { Layers } from '../../../graph/layers.js';

/**
 * Folders of builds: read-write layers over nothing, which go as quickly as those of containers and are collected after a crash.
 * What is in them came from anywhere, so it is read and written through a `Rootfs` that nothing leads out of.
 */
@Injectable()
export class WorkFolders {
  constructor(
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly layers: Layers,
  ) {}

  /** Makes an empty folder, which is there until `work` has settled. @param work gets its path on the host too */
  async use<T>(work: (folder: Rootfs, path: string) => Promise<T>): Promise<T> {
    const id = newId();
    await this.layers.createReadWrite(id, undefined);
    try {
      const [mount] = await this.layers.mounts(id);
      if (mount?.type !== 'bind') throw systemError('a layer over nothing is no plain folder');
      const path = mount.source;
      return await this.open(path, (folder) => work(folder, path));
    } finally {
      await this.layers.remove(id);
    }
  }

  /** Opens a folder of the host as if it were the root of everything. */
  async open<T>(path: string, work: (folder: Rootfs) => Promise<T>): Promise<T> {
    const bind = { type: 'bind' as const, source: path, options: ['rbind', 'rw'] };
    const folder = await this.driver.openRootfs({ rootfs: [bind], binds: [], readOnly: false });
    try {
      return await work(folder);
    } finally {
      await folder.close();
    }
  }
}
