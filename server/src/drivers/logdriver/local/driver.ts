import { invalidParameter } from '../../../base/errors.js';
import { JsonCache } from '../json-cache.js';
import { parseCount, parseFlag, parseSize, requireKnown } from '../options.js';

const OPTIONS = ['max-size', 'max-file', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];
const MAX_SIZE = '20m';
const MAX_FILES = '5';

/** Docker's `local`: a log for `docker logs` alone, whose files are bounded without anybody asking for it. */
export class LocalLogDriver extends JsonCache {
  readonly name = 'local';

  validate(options: Readonly<Record<string, string>>): void {
    requireKnown(this.name, options, OPTIONS);
    if (options['max-size'] === '-1')
      throw invalidParameter("invalid log opt max-size '-1': logs of the local log driver are always bounded");
    this.limits(options);
  }

  protected limits(options: Readonly<Record<string, string>>) {
    return {
      maxSize: parseSize('max-size', options['max-size'] ?? MAX_SIZE),
      maxFiles: parseCount('max-file', options['max-file'] ?? MAX_FILES),
      compress: parseFlag('compress', options['compress'] ?? 'true'),
    };
  }
}
