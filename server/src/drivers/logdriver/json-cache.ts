import { rm } from 'node:fs/promises';
import { notImplemented } from '../../base/errors.js';
import { logFileNames } from '../../base/log-file-names.js';
import type { LogTarget } from '../../base/log-target.js';
import type { LogDriver, LogFollow, LogRequest } from './driver.js';
import { readJsonFile } from './json-reader.js';

/** How large a log's files may grow, and how many are kept. */
export interface Limits {
  /** Bytes; 0 is no limit. */
  readonly maxSize: number;
  readonly maxFiles: number;
  /** Whether those that are rotated are compressed. */
  readonly compress: boolean;
}

/** What drivers have in common that keep the log here, one JSON object a line: as their own, or to be read besides being sent. */
export abstract class JsonCache implements LogDriver {
  abstract readonly name: string;
  abstract validate(options: Readonly<Record<string, string>>): void;
  protected abstract limits(options: Readonly<Record<string, string>>): Limits;

  target(path: string, options: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>): LogTarget {
    const target = { driver: 'json-file', path, ...this.limits(options) } as const;
    return Object.keys(attributes).length > 0 ? { ...target, attributes } : target;
  }

  read(path: string, options: Readonly<Record<string, string>>, request: LogRequest, follow: LogFollow): AsyncIterable<Buffer> {
    if (options['cache-disabled'] === 'true') throw notImplemented('configured logging driver does not support reading');
    return readJsonFile(path, request, follow);
  }

  async remove(path: string): Promise<void> {
    for (const file of await logFileNames(path)) await rm(file, { force: true });
  }
}
