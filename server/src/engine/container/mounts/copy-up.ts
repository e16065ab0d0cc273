import { Inject, Injectable } from '@nestjs/common';
import { copyAttributes } from '../../../base/copy-attributes.js';
import type { Container } from '../../../container/container.js';
import { findMerged } from '../../../container/merged-path.js';
import { layersOf } from '../../../container/rootfs-file.js';
import { EXEC_DRIVER, type ExecDriver, type Rootfs } from '../../../drivers/execdriver/driver.js';
import { Layers } from '../../../graph/layers.js';

/** Fills an empty volume with what the image has at its mount point, as Docker does the first time. */
@Injectable()
export class CopyUp {
  constructor(
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly layers: Layers,
  ) {}

  /** @param destination folder in the rootfs @param volume folder on the host, empty */
  async fill(container: Container, destination: string, volume: string): Promise<void> {
    const rootfs = await this.layers.mounts(container.id);
    // Mostly there is none, and mounting takes longer than a look.
    const found = await findMerged(layersOf(rootfs), destination);
    if (!found?.stats.isDirectory()) return;
    await using source = closing(await this.driver.openRootfs({ rootfs, binds: [], readOnly: true }));
    const inside = [{ type: 'bind', source: volume, options: ['bind', 'rw'] }] as const;
    await using target = closing(await this.driver.openRootfs({ rootfs: inside, binds: [], readOnly: false }));
    await target.unpack('/', source.pack(`${destination}/.`, '.'), { keepKinds: true });
    await copyAttributes(volume, found.stats);
  }
}

function closing(rootfs: Rootfs): Rootfs & AsyncDisposable {
  return Object.assign(rootfs, { [Symbol.asyncDispose]: () => rootfs.close() });
}
