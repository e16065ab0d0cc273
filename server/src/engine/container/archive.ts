import { addAbortSignal, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { ContainerPathStat } from '../../api/generated/types.gen.js';
import { eventAttributes } from '../../container/attributes.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job, JobContext } from '../job.js';
import { toPathStat } from './archive-info.js';
import { archiveError, archiveName, archivePath } from './rootfs/archive-path.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';

export interface ContainerArchiveParams {
  readonly id: string;
  readonly path: string;
  /** Takes the tar; the container's file system stays open until it resolves. */
  readonly send: (stat: ContainerPathStat, tar: Readable) => Promise<void>;
}

/** Copies a file or folder out of a container. */
@Injectable()
export class ContainerArchive implements Job<ContainerArchiveParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly access: RootfsAccess,
    private readonly events: Events,
  ) {}

  async run({ id, path, send }: ContainerArchiveParams, { signal }: JobContext): Promise<void> {
    const container = this.containers.get(id);
    const wanted = archivePath(path);
    try {
      await this.access.use(container, { binds: true }, async (rootfs) => {
        const stat = toPathStat(await rootfs.stat(wanted));
        this.events.publish('container', 'archive-path', container.id, eventAttributes(container));
        await send(stat, addAbortSignal(signal, rootfs.pack(wanted, archiveName(wanted))));
      });
    } catch (error) {
      throw archiveError(error, container, path, id);
    }
  }
}
