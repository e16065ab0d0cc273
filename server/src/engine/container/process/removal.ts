import { Inject, Injectable, Logger } from '@nestjs/common';
import { rm } from 'node:fs/promises';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf, systemError } from '../../../base/errors.js';
import { eventAttributes } from '../../../container/attributes.js';
import type { Container } from '../../../container/container.js';
import { Execs } from '../../../container/exec.js';
import { dead, removing } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import { Layers } from '../../../graph/layers.js';
import { Volumes } from '../../../volume/volumes.js';
import { KeptLogs } from '../logs/kept-logs.js';
import { LogForwarding } from '../logs/log-forwarding.js';
import { containerFolder } from '../rootfs/paths.js';

/** Takes an ended container away with all it has. */
@Injectable()
export class Removal {
  private readonly log = new Logger('Removal');

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly containers: Containers,
    private readonly execs: Execs,
    private readonly layers: Layers,
    private readonly volumes: Volumes,
    private readonly forwarding: LogForwarding,
    private readonly events: Events,
    private readonly keptLogs: KeptLogs,
  ) {}

  /**
   * Removes a container and returns when nothing of it is left. One that could not be removed wholly is dead and can be removed again.
   * @param anonymousVolumes delete those too
   */
  async remove(container: Container, anonymousVolumes: boolean): Promise<void> {
    if (!anonymousVolumes) this.keepVolumes(container);
    this.containers.setState(container, removing(container.state));
    await this.finish(container);
    await this.removeVolumes(container, anonymousVolumes);
  }

  /** Takes away what is left of a container whose removal has begun. @throws System when something stays; it is dead then */
  async finish(container: Container): Promise<void> {
    try {
      await this.settled(container);
      await this.deleteFiles(container);
    } catch (error) {
      const message = `unable to remove the filesystem of container ${container.id}: ${messageOf(error)}`;
      this.containers.setState(container, dead(container.state, message));
      container.removal.tell({ exitCode: container.state.exitCode, error: message });
      throw systemError(message, error);
    }
    this.forget(container, true);
    this.releaseVolumes(container);
  }

  /**
   * Removes a container that asked for it (AutoRemove). Who waits hears of it at once; its files go while nobody waits.
   * What a crash leaves of them is deleted at the next start, because no container of that ID is known then.
   */
  removeSoon(container: Container): void {
    // Who waits may remove a volume next, or use it: no container of the past holds it then.
    this.releaseVolumes(container);
    this.forget(container, false);
    const cleaning = this.settled(container)
      .then(() => this.deleteFiles(container))
      .then(() => this.removeVolumes(container, true));
    cleaning.catch((error: unknown) => this.log.error(`container ${container.id} left files behind: ${messageOf(error)}`));
  }

  /** Its anonymous volumes outlive it. */
  private keepVolumes({ id, record }: Container): void {
    for (const { type, name = '', anonymous } of record.mounts) if (type === 'volume' && anonymous) this.volumes.keep(name, id);
  }

  /** Nothing of its last run is in use any more. */
  private async settled(container: Container): Promise<void> {
    await Promise.all([container.cleanup, this.forwarding.settled(container.id)]);
  }

  private forget(container: Container, durable: boolean): void {
    this.containers.remove(container, durable);
    for (const id of container.execs.keys()) this.execs.delete(id);
    this.events.publish('container', 'destroy', container.id, eventAttributes(container));
    container.removal.tell({ exitCode: container.state.exitCode, error: '' });
  }

  private async deleteFiles(container: Container): Promise<void> {
    // A log that cannot be kept goes with the rest; the container does not stay for it.
    await this.keptLogs.keep(container).catch((error: unknown) => this.log.warn(`log of ${container.id} is not kept: ${messageOf(error)}`));
    await Promise.all([
      ...layerIds(container).map((id) => this.layers.remove(id)),
      rm(containerFolder(this.config, container.id), { recursive: true, force: true, maxRetries: 5 }),
    ]);
  }

  private releaseVolumes({ id, record }: Container): void {
    for (const { type, name = '' } of record.mounts) if (type === 'volume') this.volumes.release(name, id);
  }

  private async removeVolumes({ id, record }: Container, anonymousToo: boolean): Promise<void> {
    for (const { type, name = '', anonymous } of record.mounts) {
      if (type !== 'volume' || !anonymousToo || !anonymous || !this.volumes.find(name)) continue;
      if (this.volumes.usersOf(name).length === 0) await this.volumes.remove(name);
      else this.volumes.keep(name, id);
    }
  }
}

/** IDs of the read-write layers a container has: its own, then those of the images that are mounted in it. */
export function layerIds({ id, record }: Container): string[] {
  return [id, ...record.mounts.flatMap(({ layer }) => layer ?? [])];
}
