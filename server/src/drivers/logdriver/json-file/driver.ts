import { invalidParameter } from '../../../base/errors.js';
import { JsonCache } from '../json-cache.js';
import { parseCount, parseSize, requireKnown } from '../options.js';

const OPTIONS = ['max-size', 'max-file', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];

/** Docker's json-file: one JSON object a line, rotated by size. */
export class JsonFileDriver extends JsonCache {
  readonly name = 'json-file';

  validate(options: Readonly<Record<string, string>>): void {
    requireKnown(this.name, options, OPTIONS);
    if (options['compress'] === 'true')
      throw invalidParameter("log opt 'compress' of the json-file log driver is not supported: leave it out");
    const maxSize = parseSize('max-size', options['max-size']);
    const maxFiles = parseCount('max-file', options['max-file']);
    if (maxFiles > 1 && maxSize === 0) throw invalidParameter("max-file cannot be used without max-size: set log opt 'max-size' too");
  }

  protected limits(options: Readonly<Record<string, string>>) {
    return { maxSize: parseSize('max-size', options['max-size']), maxFiles: parseCount('max-file', options['max-file']) };
  }
}
