import { invalidParameter } from '../../../base/errors.js';
import { JsonCache } from '../json-cache.js';
import { parseCount, parseFlag, parseSize, requireKnown } from '../options.js';

const OPTIONS = ['max-size', 'max-file', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'];

/** Docker's json-file: one JSON object a line, rotated by size. */
export class JsonFileDriver extends JsonCache {
  readonly name = 'json-file';

  validate(options: Readonly<Record<string, string>>): void {
    requireKnown(this.name, options, OPTIONS);
    const { maxSize, maxFiles, compress } = this.limits(options);
    if (maxFiles > 1 && maxSize === 0) throw invalidParameter("max-file cannot be used without max-size: set log opt 'max-size' too");
    if (compress && (maxFiles === 1 || maxSize === 0))
      throw invalidParameter('compress cannot be true when max-file is less than 2 or max-size is not set');
  }

  protected limits(options: Readonly<Record<string, string>>) {
    return {
      maxSize: parseSize('max-size', options['max-size']),
      maxFiles: parseCount('max-file', options['max-file']),
      compress: parseFlag('compress', options['compress']),
    };
  }
}
