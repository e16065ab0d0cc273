import type { NetworkDriver } from '../driver.js';

/** The network driver of no network: containers have their loopback alone. */
export class NoneDriver implements NetworkDriver {
  readonly isMultiple = false;
  readonly name = 'null';

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
