import { addAbortSignal, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { eventAttributes } from '../../container/attributes.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import type { Job, JobContext } from '../job.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';

export interface ContainerExportParams {
  readonly id: string;
  /** Takes the tar; the container's file system stays open until it resolves. */
  readonly send: (tar: Readable) => Promise<void>;
}

/** Gives a container's whole file system as one tar, without its volumes. */
@Injectable()
export class ContainerExport implements Job<ContainerExportParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly access: RootfsAccess,
    private readonly events: Events,
  ) {}

  async run({ id, send }: ContainerExportParams, { signal }: JobContext): Promise<void> {
    const container = this.containers.get(id);
    await this.access.use(container, { binds: false }, async (rootfs) => {
      this.events.publish('container', 'export', container.id, eventAttributes(container));
      await send(addAbortSignal(signal, rootfs.packAll()));
    });
  }
}
