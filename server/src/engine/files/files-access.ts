import { Inject, Injectable } from '@nestjs/common';
import { forbidden, invalidParameter, kindOf, notFound } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import { Containers } from '../../container/store.js';
import { EXEC_DRIVER, type ExecDriver, type Rootfs } from '../../drivers/execdriver/driver.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { Volumes } from '../../volume/volumes.js';
import { RootfsAccess } from '../container/rootfs/rootfs-access.js';

/** What has files: a container (running or not), an image, one layer alone, a volume. */
export type FilesKind = 'container' | 'image' | 'layer' | 'volume';

/** Files of one of them. */
export interface FilesPlace {
  readonly kind: FilesKind;
  /** Name or ID; the chain ID of a layer. */
  readonly id: string;
}

const WRITABLE = new Set<FilesKind>(['container', 'volume']);

/** Opens the files of containers, images, layers and volumes as confined views: nothing is run, nothing leads out of them. */
@Injectable()
export class FilesAccess {
  constructor(
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly access: RootfsAccess,
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly volumes: Volumes,
  ) {}

  /**
   * Does `work` on the files, which are closed when that has settled.
   * @throws NotFound, Conflict for a dead container, and what `work` throws
   */
  use<T>({ kind, id }: FilesPlace, work: (files: Rootfs) => Promise<T>): Promise<T> {
    if (kind === 'container') return this.access.use(this.containers.get(id), { binds: true }, work);
    if (kind === 'image') return this.useImage(id, work);
    return kind === 'layer' ? this.useLayer(id, work) : this.useVolume(id, work);
  }

  /** @throws Forbidden for what never changes */
  mustBeWritable({ kind }: FilesPlace): void {
    if (!WRITABLE.has(kind)) throw forbidden(`the files of an ${kind} never change: start a container from it`);
  }

  private async useImage<T>(reference: string, work: (files: Rootfs) => Promise<T>): Promise<T> {
    const { id, topLayer } = this.images.get(reference);
    if (!topLayer) throw notFound(`image ${reference} has no files`);
    const release = this.images.hold(id);
    try {
      return await this.open(await this.layers.mounts(topLayer), true, work);
    } finally {
      release();
    }
  }

  /** What the layer itself brings, without what stands below it. */
  private async useLayer<T>(chainId: string, work: (files: Rootfs) => Promise<T>): Promise<T> {
    if (!this.layers.find(chainId)) throw notFound(`layer ${chainId} does not exist`);
    const { UpperDir } = (await this.layers.metadata(chainId)).Data;
    if (!UpperDir) throw notFound(`the files of layer ${chainId} are not kept apart by this storage driver`);
    return this.open([{ type: 'bind', source: UpperDir, options: ['bind', 'ro'] }], true, work);
  }

  private async useVolume<T>(name: string, work: (files: Rootfs) => Promise<T>): Promise<T> {
    const { name: own } = this.volumes.get(name);
    const user = newId();
    this.volumes.hold(own, user);
    try {
      const source = await this.volumes.mount(own, user);
      try {
        return await this.open([{ type: 'bind', source, options: ['rbind'] }], false, work);
      } finally {
        await this.volumes.unmount(own, user);
      }
    } finally {
      this.volumes.release(own, user);
    }
  }

  private async open<T>(rootfs: Parameters<ExecDriver['openRootfs']>[0]['rootfs'], readOnly: boolean, work: (files: Rootfs) => Promise<T>) {
    const files = await this.driver.openRootfs({ rootfs, binds: [], readOnly });
    try {
      return await work(files);
    } finally {
      await files.close();
    }
  }
}

/** An error of an operation on `path`, in words a person understands. */
export function filesError(error: unknown, path: string): unknown {
  const kind = kindOf(error);
  if (kind === 'NotFound') return notFound(`there is no ${path}`, error);
  if (kind === 'Forbidden') return forbidden(`${path} cannot be written to: it is read-only`, error);
  return kind === 'InvalidParameter' ? invalidParameter(`${path} is not what this needs: a folder was meant, or a file`, error) : error;
}
