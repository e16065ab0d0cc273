import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import type { Container } from '../container/container.js';
import { Containers } from '../container/store.js';
import { Networks } from '../network/networks.js';
import { Sandboxes } from '../network/sandboxes.js';
import { Ending } from './container/process/ending.js';
import { LogForwarding } from './container/logs/log-forwarding.js';
import { ContainersRestore } from './container/process/restore.js';
import { Engine } from './engine.js';

/** What the daemon does at its start, before any client, and at its end, after the last one. */
@Injectable()
export class Lifecycle {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly containers: Containers,
    private readonly networks: Networks,
    private readonly sandboxes: Sandboxes,
    private readonly ending: Ending,
    private readonly forwarding: LogForwarding,
    private readonly engine: Engine,
  ) {}

  /** Clears what a crash left half done, and takes over everything that still runs. */
  async restore(): Promise<void> {
    await this.engine.run(ContainersRestore, undefined);
  }

  /** Lets jobs end, and containers too unless they are to go on. Links and rules stay for as long as a container uses them. */
  async shutdown(): Promise<void> {
    await this.engine.drain();
    if (!this.config.liveRestore) await Promise.all(this.running().map((container) => this.stop(container)));
    await this.forwarding.close();
    await this.networks.close({ removeLinks: this.running().length === 0 });
    await this.sandboxes.close();
  }

  private running(): Container[] {
    return [...this.containers.all()].filter(({ state }) => state.running && !state.restarting);
  }

  private async stop(container: Container): Promise<void> {
    await this.ending.stop(container, { timeout: this.config.shutdownTimeoutSeconds, by: 'shutdown' });
  }
}
