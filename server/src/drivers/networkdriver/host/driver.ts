import type { NetworkDriver } from '../driver.js';

/** The network driver of the host's own network: there is nothing to make and nothing to plug in. */
export class HostDriver implements NetworkDriver {
  readonly isMultiple = false;
  readonly name = 'host';

  check(): void {}

  exit(): 'none' {
    return 'none';
  }

  async restore(): Promise<void> {}

  async createNetwork(): Promise<void> {}

  async deleteNetwork(): Promise<void> {}

  cable(): undefined {}

  async publish(): Promise<void> {}

  async unpublish(): Promise<void> {}

  async close(): Promise<void> {}
}
