import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import { parseName } from '../../container/names.js';
import { Containers } from '../../container/store.js';
import { Events } from '../../events/events.js';
import { Sandboxes } from '../../network/sandboxes.js';
import type { Job, JobContext } from '../job.js';
import { containerLock } from './rootfs/paths.js';

export interface ContainerRenameParams {
  readonly id: string;
  readonly name: string;
}

/** Gives a container another name. */
@Injectable()
export class ContainerRename implements Job<ContainerRenameParams, void> {
  constructor(
    private readonly containers: Containers,
    private readonly sandboxes: Sandboxes,
    private readonly events: Events,
  ) {}

  lock({ id }: ContainerRenameParams): string {
    return containerLock(this.containers.get(id).id);
  }

  async run({ id, name }: ContainerRenameParams, { undo }: JobContext): Promise<void> {
    const container = this.containers.get(id);
    if (!name) throw invalidParameter('Neither old nor new names may be empty');
    const bare = parseName(name);
    const before = container.name;
    if (bare === before) throw invalidParameter('Renaming a container with the same name as its current name');
    this.containers.reserve(bare, container.id);
    undo.add(bare, () => this.containers.release(bare));
    this.containers.setRecord(container, { ...container.record, name: bare });
    this.sandboxes.rename(container.id, bare);
    this.events.publish('container', 'rename', container.id, eventAttributes(container, { oldName: `/${before}` }));
  }
}
