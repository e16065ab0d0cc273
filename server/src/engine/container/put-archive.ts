import { Injectable } from '@nestjs/common';
import { invalidParameter, kindOf } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import type { Container } from '../../container/container.js';
import { resolveUser } from '../../container/oci-spec/user.js';
import { layersOf, readRootfsFile } from '../../container/rootfs-file.js';
import { Containers } from '../../container/store.js';
import type { Rootfs, UnpackOptions } from '../../drivers/execdriver/driver.js';
import { Events } from '../../events/events.js';
import { Layers } from '../../graph/layers.js';
import type { Job } from '../job.js';
import { archiveError, archivePath } from './rootfs/archive-path.js';
import { LARGEST_USER_FILE } from './process/launch.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';

export interface PutContainerArchiveParams {
  readonly id: string;
  /** A folder that is there. */
  readonly path: string;
  /** The tar, compressed or not. */
  readonly archive: AsyncIterable<Buffer>;
  /** 1, true, True or TRUE: fail where a folder would be replaced by something else or the other way round. */
  readonly noOverwriteDirNonDir?: string;
  /** The same words: what is unpacked belongs to the container's user. */
  readonly copyUIDGID?: string;
}

const YES = new Set(['1', 'true', 'True', 'TRUE']);

/** Copies the files of an archive into a container. */
@Injectable()
export class PutContainerArchive implements Job<PutContainerArchiveParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly layers: Layers,
    private readonly access: RootfsAccess,
    private readonly events: Events,
  ) {}

  async run({ id, path, archive, noOverwriteDirNonDir = '', copyUIDGID = '' }: PutContainerArchiveParams): Promise<void> {
    const container = this.containers.get(id);
    const target = archivePath(path);
    const owner = YES.has(copyUIDGID) ? await this.owner(container) : undefined;
    const options = { keepKinds: YES.has(noOverwriteDirNonDir), ...(owner && { owner }) };
    try {
      await this.access.use(container, { binds: true }, (rootfs) => unpack(rootfs, target, archive, options));
    } catch (error) {
      throw archiveError(error, container, path, id);
    }
    this.events.publish('container', 'extract-to-dir', container.id, eventAttributes(container));
  }

  /** Of a container that runs as root the archive's owners stay. */
  private async owner({ id, record }: Container): Promise<UnpackOptions['owner']> {
    const user = record.config.User ?? '';
    if (user === '') return undefined;
    const layers = layersOf(await this.layers.mounts(id));
    const { uid, gid } = resolveUser(user, {
      passwd: readRootfsFile(layers, '/etc/passwd', LARGEST_USER_FILE),
      group: readRootfsFile(layers, '/etc/group', LARGEST_USER_FILE),
    });
    return { uid, gid };
  }
}

async function unpack(rootfs: Rootfs, target: string, archive: AsyncIterable<Buffer>, options: UnpackOptions): Promise<void> {
  try {
    await rootfs.stat(`${target}/`);
  } catch (error) {
    throw kindOf(error) === 'InvalidParameter' ? invalidParameter('extraction point is not a directory', error) : error;
  }
  await rootfs.unpack(target, archive, options);
}
