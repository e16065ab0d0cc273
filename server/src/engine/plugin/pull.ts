import { Injectable } from '@nestjs/common';
import { notImplemented } from '../../base/errors.js';
import type { Job } from '../job.js';

/** Would install a managed plugin: one that the daemon itself keeps and runs. */
@Injectable()
export class PluginPull implements Job<void, never> {
  /** @throws NotImplemented that says what to do instead */
  async run(): Promise<never> {
    throw notImplemented(
      'managed plugins are not supported by this daemon: run the plugin as a service or a container that puts its socket into /run/docker/plugins',
    );
  }
}
