import { notImplemented } from '../../../base/errors.js';
import type { LogTarget } from '../../../base/log-target.js';
import type { LogDriver } from '../driver.js';
import { requireKnown } from '../options.js';

/** Keeps no log. */
export class NoneDriver implements LogDriver {
  readonly name = 'none';

  validate(options: Readonly<Record<string, string>>): void {
    requireKnown(this.name, options, []);
  }

  target(): LogTarget {
    return { driver: 'none' };
  }

  read(): AsyncIterable<Buffer> {
    throw notImplemented('configured logging driver does not support reading');
  }

  async remove(): Promise<void> {
    // There is nothing.
  }
}
