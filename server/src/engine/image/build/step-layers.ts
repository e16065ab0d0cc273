import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../../base/ids.js';
import { EXEC_DRIVER, type ExecDriver, type Rootfs } from '../../../drivers/execdriver/driver.js';
import type { LayerLease } from '../../../graph/layer-lease.js';
import type { Layer } from '../../../graph/layer.js';
import { Layers } from '../../../graph/layers.js';
import { mountPlaces, withoutMountPlaces } from '../../container/mounts/mount-places.js';
import { stageTar } from '../stage-tar.js';

/** Bytes of a tar without entries. */
const EMPTY_TAR = 1024;

/** Layers that builds write to, and read. */
@Injectable()
export class StepLayers {
  constructor(
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly layers: Layers,
  ) {}

  /** Lets `work` write on top of `parent` and keeps what it has changed. @returns undefined when that is nothing */
  async write(parent: string | undefined, lease: LayerLease, work: (rootfs: Rootfs) => Promise<void>): Promise<Layer | undefined> {
    const id = newId();
    await this.layers.createReadWrite(id, parent);
    try {
      await this.open(id, false, work);
      return await this.take(id, [], parent, lease);
    } finally {
      await this.layers.remove(id);
    }
  }

  /** Lets `work` read the files of the read-only layer `top`, or of nothing. */
  async read<T>(top: string | undefined, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
    if (top !== undefined) return this.open(top, true, work);
    const id = newId();
    await this.layers.createReadWrite(id, undefined);
    try {
      return await this.open(id, true, work);
    } finally {
      await this.layers.remove(id);
    }
  }

  /**
   * Makes what a container has changed in its layer `id` a layer on top of `parent`.
   * @param keep the container keeps its own; otherwise the layer becomes the image's, and the container can only be removed
   * @returns undefined when it has changed nothing
   */
  async commit(id: string, keep: boolean, parent: string | undefined, lease: LayerLease, signal: AbortSignal): Promise<Layer | undefined> {
    const changes = await this.layers.changes(id);
    if (withoutMountPlaces(changes).length === 0) return undefined;
    const places = mountPlaces(changes);
    if (!keep) return this.take(id, places, parent, lease);
    const { stage, unpacked } = await stageTar(this.layers, await this.layers.tar(id, places), signal);
    return lease.commit(stage, unpacked, parent);
  }

  /** @returns undefined when nothing is in the layer */
  private async take(id: string, omit: readonly string[], parent: string | undefined, lease: LayerLease): Promise<Layer | undefined> {
    const stage = await this.layers.seal(id, omit);
    const unpacked = await stage.end();
    if (unpacked.tarSize > EMPTY_TAR) return lease.commit(stage, unpacked, parent);
    await this.layers.discard(stage);
    return undefined;
  }

  private async open<T>(id: string, readOnly: boolean, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
    const rootfs = await this.driver.openRootfs({ rootfs: await this.layers.mounts(id), binds: [], readOnly });
    try {
      return await work(rootfs);
    } finally {
      await rootfs.close();
    }
  }
}
