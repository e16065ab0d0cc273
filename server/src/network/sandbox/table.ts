import { Injectable } from '@nestjs/common';
import { notFound } from '../../base/errors.js';
import type { Sandbox } from './sandbox.js';

/** The sandboxes of running containers, by the container's ID. */
@Injectable()
export class SandboxTable {
  private readonly sandboxes = new Map<string, Sandbox>();

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

  /** @throws NotFound */
  get(containerId: string): Sandbox {
    const sandbox = this.sandboxes.get(containerId);
    if (!sandbox) throw notFound(`container ${containerId} holds nothing of the network: it is not running`);
    return sandbox;
  }

  list(): Sandbox[] {
    return [...this.sandboxes.values()];
  }
}
