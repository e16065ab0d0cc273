import { statfs } from 'node:fs/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Judge } from '../../../alerts/judge.js';
import { HOST_TARGET, type AlertRule } from '../../../alerts/rule.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf } from '../../../base/errors.js';
import type { AlertSource } from './watch.js';

/** Milliseconds from one look to the next. */
const EVERY = 30_000;
const GIB = 1024 ** 3;

/** The file system of the data root running full. */
@Injectable()
export class DiskWatch implements AlertSource {
  private readonly log = new Logger('Alerts');
  private rules: readonly AlertRule[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly judge: Judge,
  ) {}

  adapt(rules: readonly AlertRule[]): void {
    this.rules = rules.filter(({ condition }) => condition === 'disk');
    clearInterval(this.timer);
    if (this.rules.length === 0) return;
    this.timer = setInterval(() => void this.look(), EVERY).unref();
    void this.look();
  }

  private async look(): Promise<void> {
    try {
      const { bsize, blocks, bfree, bavail } = await statfs(this.config.dataRoot);
      // As df counts: of what others than root may have.
      const used = blocks - bfree;
      const value = (used / (used + bavail)) * 100;
      const detail = `${value.toFixed(1)} % of the disk of ${this.config.dataRoot} is used, ${((bavail * bsize) / GIB).toFixed(1)} GiB are free`;
      for (const rule of this.rules) this.judge.say(rule, HOST_TARGET, value > rule.threshold, detail, rule.seconds);
    } catch (error) {
      this.log.warn(`the disk cannot be looked at: ${messageOf(error)}`);
    }
  }
}
