import { Injectable } from '@nestjs/common';
import type { Right, Rights } from '../../auth/rights.js';
import type { Container } from '../../container/container.js';
import { Execs } from '../../container/exec.js';
import { Containers } from '../../container/store.js';
import { Networks } from '../../network/networks.js';
import { Volumes } from '../../volume/volumes.js';
import { KeptLogs } from '../container/logs/kept-logs.js';

const PROJECT = 'com.docker.compose.project';

/** The Compose project that something belongs to; '' for none. */
export interface Owner {
  readonly project: string;
  /** Projects whose containers use it, and who may therefore see it. */
  readonly users?: readonly string[];
}

/** The project that labels name; '' for none. */
export function projectOf(labels: Readonly<Record<string, string>> | null | undefined): string {
  return labels?.[PROJECT] ?? '';
}

/** Whether somebody has a right to what `owner` owns. */
export function has(rights: Rights, right: Right, { project, users = [] }: Owner): boolean {
  return rights.in(project, right) || (right === 'view' && users.some((user) => rights.in(user, 'view')));
}

/** Whose what is: by its Compose labels, as `docker compose` and our own stacks write them. All answer undefined for what is not there. */
@Injectable()
export class Ownership {
  constructor(
    private readonly containers: Containers,
    private readonly execs: Execs,
    private readonly networks: Networks,
    private readonly volumes: Volumes,
    private readonly keptLogs: KeptLogs,
  ) {}

  /** @param reference ID, start of one, or name */
  container(reference: string): Owner | undefined {
    const container = orUndefined(() => this.containers.get(reference));
    return container && ownerOf(container);
  }

  exec(id: string): Owner | undefined {
    const exec = orUndefined(() => this.execs.get(id));
    return exec && this.container(exec.containerId);
  }

  network(reference: string): Owner | undefined {
    const network = orUndefined(() => this.networks.find(reference));
    return network && { project: projectOf(network.inspect.Labels) };
  }

  volume(name: string): Owner | undefined {
    const volume = this.volumes.find(name);
    if (!volume) return undefined;
    const users = this.volumes.usersOf(name).flatMap((id) => this.container(id)?.project ?? []);
    return { project: projectOf(volume.labels), users };
  }

  /** Of a container, or of one that is gone, by its ID. */
  log(reference: string): Owner | undefined {
    return this.container(reference) ?? orUndefined(() => this.keptLogs.find(reference));
  }

  /** What something is found by and what people call it; as it was given when there is no such thing. */
  nameOf(kind: string, reference: string): { object: string; name: string } {
    if (kind === 'exec') {
      const exec = orUndefined(() => this.execs.get(reference));
      return exec ? this.nameOf('container', exec.containerId) : { object: reference, name: reference };
    }
    const container = kind === 'container' && reference ? orUndefined(() => this.containers.get(reference)) : undefined;
    if (container) return { object: container.id, name: container.name };
    const network = kind === 'network' && reference ? orUndefined(() => this.networks.find(reference)) : undefined;
    if (network) return { object: network.inspect.Id, name: network.inspect.Name };
    return { object: reference, name: reference };
  }

  /** Every container of a project. */
  containersOf(project: string): Container[] {
    return [...this.containers.all()].filter((container) => ownerOf(container).project === project);
  }
}

function ownerOf({ record }: Container): Owner {
  return { project: projectOf(record.config.Labels) };
}

/** What is not there, or cannot be told apart, is the operation's to complain about. */
function orUndefined<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}
