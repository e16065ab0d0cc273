import { Injectable } from '@nestjs/common';
import type { FilesystemChange } from '../../api/generated/types.gen.js';
import { notFound } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import { Layers } from '../../graph/layers.js';
import type { Job } from '../job.js';
import { withoutMountPlaces } from './mounts/mount-places.js';

/** Lists what a container has changed in its file system. */
@Injectable()
export class ContainerChanges implements Job<{ id: string }, FilesystemChange[] | null> {
  constructor(
    private readonly containers: Containers,
    private readonly layers: Layers,
  ) {}

  async run({ id }: { id: string }): Promise<FilesystemChange[] | null> {
    const container = this.containers.get(id);
    const found = await this.layers.changes(container.id).catch((error: unknown) => {
      // It was removed while it was looked at.
      throw this.containers.find(container.id) && !container.state.removing ? error : notFound(`No such container: ${id}`, error);
    });
    const changes = withoutMountPlaces(found);
    return changes.length > 0 ? changes.map(({ path, kind }) => ({ Path: path, Kind: kind })) : null;
  }
}
