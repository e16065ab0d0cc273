import { Injectable } from '@nestjs/common';
import { conflict, invalidParameter, kindOf, notFound } from '../../../base/errors.js';
import type { Container, ContainerRecord } from '../../../container/container.js';
import { Containers } from '../../../container/store.js';
import { Sandboxes } from '../../../network/sandboxes.js';
import { Attachment } from '../../network/attachment.js';
import { linkEnvironment } from './link-environment.js';

interface Link {
  readonly reference: string;
  readonly alias: string;
}

/** The legacy links of containers in the default network (docker run --link): other networks have names instead. */
@Injectable()
export class Links {
  constructor(
    private readonly containers: Containers,
    private readonly sandboxes: Sandboxes,
    private readonly attachment: Attachment,
  ) {}

  /** Checks that what a container is to be linked to exists. @throws InvalidParameter */
  checkTargets(record: Pick<ContainerRecord, 'hostConfig'>): void {
    for (const { reference } of linksOf(record))
      if (!this.find(reference)) throw invalidParameter(`could not get container for ${reference}: No such container: ${reference}`);
  }

  /** Checks that all of them run. @throws Conflict */
  checkRunning({ record }: Container): void {
    for (const { reference, alias } of linksOf(record))
      if (!this.find(reference)?.state.running)
        throw conflict(`Cannot link to a non running container: ${reference} AS /${record.name}/${alias}`);
  }

  /** Tells the running containers that are linked to one that starts where it is now. */
  tellOf(container: Container): Promise<void> {
    return this.attachment.tellLinked(container);
  }

  /** The variables that tell of those that run. */
  environment(record: ContainerRecord): string[] {
    return linksOf(record).flatMap(({ reference, alias }) => {
      const target = this.find(reference);
      const address = target && this.sandboxes.settings(target.id).Networks?.['bridge']?.IPAddress;
      return target && address ? linkEnvironment(record.name, alias, { record: target.record, address }) : [];
    });
  }

  /**
   * Takes a link of a container away, by its name CONTAINER/ALIAS.
   * @throws Conflict for the name of a container itself, NotFound
   */
  async remove(name: string): Promise<void> {
    const [parent = '', alias] = name.replace(/^\//, '').split('/');
    if (alias === undefined) throw conflict('Conflict, cannot remove the default link name of the container');
    const container = this.containers.get(parent);
    const { record } = container;
    const index = linksOf(record).findIndex((link) => link.alias === alias);
    const link = record.hostConfig.Links?.[index];
    if (link === undefined) throw notFound(`No such link: /${parent}/${alias}`);
    const unlink = () => this.sandboxes.unlink(container.id, link);
    if (container.state.running) await this.attachment.change(container, unlink);
    this.containers.setRecord(container, without(record, link));
  }

  private find(reference: string): Container | undefined {
    try {
      return this.containers.get(reference);
    } catch (error) {
      if (kindOf(error) === 'NotFound') return undefined;
      throw error;
    }
  }
}

/** Not within the class: there TypeScript 7 renames a property that is called as the class is. */
function without(record: ContainerRecord, link: string): ContainerRecord {
  const rest = record.hostConfig.Links?.filter((each) => each !== link) ?? [];
  return { ...record, hostConfig: { ...record.hostConfig, Links: rest.length > 0 ? rest : null } };
}

function linksOf({ hostConfig }: Pick<ContainerRecord, 'hostConfig'>): Link[] {
  if (!['', 'default', 'bridge'].includes(hostConfig.NetworkMode ?? '')) return [];
  return (hostConfig.Links ?? []).map((link) => {
    const [reference = '', alias = reference] = link.split(':');
    return { reference: reference.replace(/^\//, ''), alias: alias.replace(/^.*\//, '') };
  });
}
