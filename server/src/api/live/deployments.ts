import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '../../base/errors.js';
import type { Owner, Ownership } from '../../engine/access/index.js';
import type { DeployProgress, Task } from './protocol.js';
import { Tasks } from './tasks.js';

/** Pieces of a program's output that whoever comes later is still shown. */
const OUTPUT_KEPT = 5000;

type Listener = (message: DeployProgress) => void;

/** One deployment: what it told last of each thing, who listens, and how it is called off. */
export class Deployment {
  /** Set when it begins; settles with the task it was. */
  ended!: Promise<Task>;
  readonly calledOff = new AbortController();
  private readonly last = new Map<string, DeployProgress>();
  private readonly listeners = new Set<Listener>();
  /** Keys of what programs wrote, the oldest first. */
  private readonly outputs: string[] = [];

  constructor(readonly target: string) {}

  tell(message: DeployProgress): void {
    const key = deployKey(message);
    this.last.set(key, message);
    if (message.output !== undefined && this.outputs.push(key) > OUTPUT_KEPT) this.last.delete(this.outputs.shift() ?? '');
    for (const listener of this.listeners) listener(message);
  }

  /** Calls `listener` with what was told last of each thing, then with all that comes. */
  subscribe(listener: Listener): { unsubscribe: () => void } {
    for (const message of this.last.values()) listener(message);
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }
}

/** Whose `stack NAME` or `container NAME` is. */
export function targetOwner(target: string, ownership: Ownership): Owner | undefined {
  const [kind, name = ''] = target.split(/ (.*)/s);
  // Pushing is a thing of the host.
  if (kind === 'image') return { project: '' };
  return kind === 'stack' ? { project: name } : ownership.container(name);
}

/** What a later message takes the place of. */
export function deployKey({ subject, part }: DeployProgress): string {
  return `${subject}\0${part ?? ''}`;
}

/** Deployments: they run in the daemon, any number of pages may watch one, and leaving the page ends none. */
@Injectable()
export class Deployments {
  private readonly byTask = new Map<string, Deployment>();

  constructor(private readonly tasks: Tasks) {}

  /**
   * Begins a deployment; one at a time for each target.
   * @returns the ID of its task @throws Conflict while another one of `target` runs
   */
  begin(target: string, title: string, work: (report: Listener, signal: AbortSignal) => Promise<void>): string {
    this.forget();
    for (const [id, { target: other }] of this.byTask)
      if (other === target && this.tasks.find(id)?.finishedAt === undefined)
        throw conflict(`${target} is being changed already: wait for it, or call it off`);
    const deployment = new Deployment(target);
    const { id, ended } = this.tasks.run(
      'deploy',
      title,
      () => work((message) => deployment.tell(message), deployment.calledOff.signal),
      target,
    );
    deployment.ended = ended;
    this.byTask.set(id, deployment);
    return id;
  }

  /** @throws NotFound */
  get(task: string): Deployment {
    const deployment = this.byTask.get(task);
    if (!deployment) throw notFound(`No such deployment: ${task}`);
    return deployment;
  }

  /** The project that a deployment changes something of; undefined for one that is not known. */
  ownerOf(task: string, ownership: Ownership): Owner | undefined {
    const target = this.byTask.get(task)?.target;
    return target === undefined ? undefined : targetOwner(target, ownership);
  }

  /** Calls a deployment off: what is done stays, what is not is left. @throws NotFound */
  cancel(task: string): void {
    this.get(task).calledOff.abort();
  }

  /** Drops the deployments whose tasks are not shown any more. */
  private forget(): void {
    for (const id of this.byTask.keys()) if (!this.tasks.find(id)) this.byTask.delete(id);
  }
}
