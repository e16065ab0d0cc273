import { Injectable } from '@nestjs/common';
import { notFound } from '../../base/errors.js';
import { canonical, familiar, parseReference, withDefaultTag } from '../../base/reference.js';
import { Engine } from '../../engine/engine.js';
import { RegistryLogins } from '../../registry/logins.js';
import { ImageCreate } from '../../engine/image/create.js';
import type { ProgressMessage } from '../../engine/image/progress.js';
import type { PullProgress, Task } from './protocol.js';
import { Tasks } from './tasks.js';

type ProgressListener = (message: PullProgress) => void;

/** One pull: what it told last of each layer, and who listens. */
export class Pull {
  /** Set when it begins; settles with the task it was. */
  ended!: Promise<Task>;
  taskId = '';
  private readonly last = new Map<string, PullProgress>();
  private readonly listeners = new Set<ProgressListener>();

  tell({ id, status, progressDetail }: ProgressMessage): void {
    const message = { ...(id && { id }), ...(status && { status }), ...(progressDetail && { progressDetail }) };
    this.last.set(progressKey(message), message);
    for (const listener of this.listeners) listener(message);
  }

  /** Calls `listener` with what was told last of each layer, then with all that comes. */
  subscribe(listener: ProgressListener): { unsubscribe: () => void } {
    for (const message of this.last.values()) listener(message);
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }
}

/** What a later message takes the place of: one of the same layer. Messages of no layer are few and all kept. */
export function progressKey({ id, status = '' }: PullProgress): string {
  return id ?? `status ${status}`;
}

/** Pulls that the page started: they run in the daemon, and any number of pages may watch one. */
@Injectable()
export class Pulls {
  private readonly byKey = new Map<string, Pull>();

  constructor(
    private readonly engine: Engine,
    private readonly tasks: Tasks,
    private readonly logins: RegistryLogins,
  ) {}

  /**
   * The pull of an image that runs or has ended lately; with `start`, one that runs.
   * @throws InvalidParameter for what is no image's name; NotFound when there is none
   */
  join(name: string, platform: string | undefined, start: boolean): Pull {
    const reference = withDefaultTag(parseReference(name));
    const key = `${canonical(reference)} ${platform ?? ''}`;
    const known = this.byKey.get(key);
    const task = known && this.tasks.find(known.taskId);
    if (known && task && (!start || task.finishedAt === undefined)) return known;
    if (!start) throw notFound(`no pull of ${familiar(reference)} is running`);
    return this.begin(key, familiar(reference), platform);
  }

  private begin(key: string, fromImage: string, platform: string | undefined): Pull {
    this.forget();
    const pull = new Pull();
    this.byKey.set(key, pull);
    const auth = this.logins.headerFor(fromImage);
    const params = {
      fromImage,
      ...(platform && { platform }),
      ...(auth && { auth }),
      progress: (message: ProgressMessage) => pull.tell(message),
    };
    const { id, ended } = this.tasks.run('pull', fromImage, () => this.engine.run(ImageCreate, params));
    pull.taskId = id;
    pull.ended = ended;
    return pull;
  }

  /** Drops the pulls whose tasks are not shown any more. */
  private forget(): void {
    for (const [key, { taskId }] of this.byKey) if (!this.tasks.find(taskId)) this.byKey.delete(key);
  }
}
