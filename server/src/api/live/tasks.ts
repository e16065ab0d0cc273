import { Injectable } from '@nestjs/common';
import { messageOf } from '../../base/errors.js';
import { newId, shortId } from '../../base/ids.js';
import type { Task } from './protocol.js';

/** Ended tasks that are still shown. */
const KEPT = 20;

type TaskListener = (id: string) => void;

/** Long jobs that outlive the page that started them. */
@Injectable()
export class Tasks {
  private readonly byId = new Map<string, Task>();
  private readonly listeners = new Set<TaskListener>();

  /** Runs `work` as a task of its own. `ended` settles with it and never rejects: what it threw is in the task. */
  run(kind: Task['kind'], title: string, work: () => Promise<void>, target?: string): { id: string; ended: Promise<Task> } {
    const id = shortId(newId());
    const task: Task = { id, kind, title, startedAt: new Date().toISOString(), ...(target && { target }) };
    this.set(task);
    const end = (error?: unknown) =>
      this.set({ ...task, finishedAt: new Date().toISOString(), ...(error !== undefined && { error: messageOf(error) }) });
    return { id, ended: work().then(() => end(), end) };
  }

  find(id: string): Task | undefined {
    return this.byId.get(id);
  }

  all(): Task[] {
    return [...this.byId.values()];
  }

  /** Calls `listener` with the ID of every task that begins, ends or is forgotten. */
  subscribe(listener: TaskListener): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private set(task: Task): Task {
    this.byId.set(task.id, task);
    const [oldest, ...rest] = this.all().filter(({ finishedAt }) => finishedAt !== undefined);
    if (oldest && rest.length >= KEPT) {
      this.byId.delete(oldest.id);
      this.tell(oldest.id);
    }
    this.tell(task.id);
    return task;
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener(id);
  }
}
