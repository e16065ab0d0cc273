import { release } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import type { SystemVersion as VersionBody } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { hostPlatform } from '../../base/platform.js';
import { PRODUCT } from '../../base/product.js';
import { NEWEST_VERSION, OLDEST_VERSION } from '../engine.js';
import type { Job } from '../job.js';

/** What runs here and which versions of the API it speaks. */
@Injectable()
export class SystemVersion implements Job<void, VersionBody> {
  constructor(@Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'experimental'>) {}

  async run(): Promise<VersionBody> {
    const facts = {
      ApiVersion: NEWEST_VERSION,
      MinAPIVersion: OLDEST_VERSION,
      GitCommit: '',
      GoVersion: `node ${process.version}`,
      Os: 'linux',
      Arch: hostPlatform.architecture,
      KernelVersion: release(),
    };
    return {
      Platform: { Name: PRODUCT.name },
      Version: PRODUCT.version,
      ...facts,
      ...(this.config.experimental && { Experimental: true }),
      Components: [{ Name: 'Engine', Version: PRODUCT.version, Details: { ...facts, Experimental: String(this.config.experimental) } }],
    };
  }
}
