import { Inject, Injectable, Logger } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf } from '../../../base/errors.js';
import { Engine } from '../../engine.js';
import { BuildPrune } from '../build-prune.js';

/** Keeps the build cache as small as the configuration says. */
@Injectable()
export class CacheCare {
  private readonly log = new Logger('CacheCare');
  private running: Promise<void> | undefined;

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'buildCacheRules'>,
    private readonly engine: Engine,
  ) {}

  /** Goes through the rules once; nobody waits for it. */
  begin(): void {
    if (this.config.buildCacheRules.length === 0 || this.running) return;
    this.running = this.tidy()
      .catch((error: unknown) => this.log.warn(`the build cache was not tidied: ${messageOf(error)}`))
      .finally(() => (this.running = undefined));
  }

  private async tidy(): Promise<void> {
    for (const { all, keep, filters } of this.config.buildCacheRules)
      await this.engine.run(BuildPrune, { all, 'keep-storage': keep, filters: JSON.stringify(filters) });
  }
}
