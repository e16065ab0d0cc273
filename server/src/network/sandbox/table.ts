import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { Turns } from '../../base/turns.js';
import type { Sandbox } from './sandbox.js';

/** The sandboxes of running containers, by the container's ID. */
@Injectable()
export class SandboxTable {
  private readonly sandboxes = new Map<string, Sandbox>();
  private readonly turns = new Turns();

  set(sandbox: Sandbox): void {
    this.sandboxes.set(sandbox.containerId, sandbox);
  }

  delete(containerId: string): void {
    this.sandboxes.delete(containerId);
  }

  has(containerId: string): boolean {
    return this.sandboxes.has(containerId);
  }

  find(containerId: string): Sandbox | undefined {
    return this.sandboxes.get(containerId);
  }

  /** @throws Conflict */
  get(containerId: string): Sandbox {
    const sandbox = this.sandboxes.get(containerId);
    if (!sandbox) throw conflict(`container ${containerId} holds nothing of the network: it is not running`);
    return sandbox;
  }

  /** Runs `work` while nobody else connects, disconnects or releases the sandbox of this container. */
  serially<T>(containerId: string, work: () => Promise<T>): Promise<T> {
    return this.turns.take(containerId, work);
  }

  list(): Sandbox[] {
    return [...this.sandboxes.values()];
  }
}
