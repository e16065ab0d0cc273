import { Readable } from 'node:stream';
import type { ArchiveReader } from './index.js';
import { archiveError } from './archive-error.js';
import { passing } from './young-buffers.js';

/** A Readable over the addon's reader; destroying it stops the thread that packs. @param toError makes an error of a kind */
export function archiveStream(reader: ArchiveReader, toError = archiveError): Readable {
  return new Readable({
    highWaterMark: 256 * 1024,
    read() {
      reader.read().then(
        (chunk) => {
          passing(chunk?.length ?? 0);
          this.push(chunk);
        },
        (error: unknown) => this.destroy(toError(error)),
      );
    },
    destroy(error, callback) {
      reader.close();
      callback(error);
    },
  });
}
