import type { ForwardingDriver, LogBatch, LogFollow, LogInfo, LogPosition, LogSink } from './driver.js';
import { JsonCache, type Limits } from './json-cache.js';
import { readRecords } from './json-records.js';
import { parseCount, parseFlag, parseSize, requireKnown } from './options.js';

const SHARED = [
  'tag',
  'labels',
  'labels-regex',
  'env',
  'env-regex',
  'cache-disabled',
  'cache-max-size',
  'cache-max-file',
  'cache-compress',
];
/** As much as Docker keeps of a log that is sent elsewhere. */
const CACHE_SIZE = '20m';
const CACHE_FILES = '5';

/** A driver that sends logs elsewhere and keeps the last of them here. */
export abstract class RemoteDriver extends JsonCache implements ForwardingDriver {
  /** Options of the driver's own. */
  protected abstract readonly options: readonly string[];

  abstract open(options: Readonly<Record<string, string>>, info: LogInfo): Promise<LogSink>;

  /** Checks the values of the driver's own options. @throws InvalidParameter */
  protected abstract check(options: Readonly<Record<string, string>>): void;

  validate(options: Readonly<Record<string, string>>): void {
    requireKnown(this.name, options, [...SHARED, ...this.options]);
    parseFlag('cache-disabled', options['cache-disabled']);
    this.limits(options);
    this.check(options);
  }

  records(path: string, from: LogPosition | undefined, follow: LogFollow): AsyncIterable<LogBatch> {
    return readRecords(path, from, follow);
  }

  protected limits(options: Readonly<Record<string, string>>): Limits {
    return {
      maxSize: parseSize('cache-max-size', options['cache-max-size'] ?? CACHE_SIZE),
      maxFiles: parseCount('cache-max-file', options['cache-max-file'] ?? CACHE_FILES),
      compress: parseFlag('cache-compress', options['cache-compress'] ?? 'true'),
    };
  }
}
