import type { LogBatch, LogFollow, LogPosition, LogRecord } from './driver.js';
import { openLogFiles } from './json-files.js';
import { parseRecord } from './json-formatter.js';
import { readFiles, type Position, type RecordReader } from './json-reader.js';

/** Reads the log at `path` as records, from a place in it on. A place that has been rotated away is the oldest record that is left. */
export async function* readRecords(path: string, from: LogPosition | undefined, follow: LogFollow): AsyncGenerator<LogBatch> {
  let next: LogPosition = { file: '', offset: 0 };
  const pieces = readFiles(
    path,
    () => begin(path, from),
    new WholeLines(),
    follow,
    ({ id }, offset) => (next = { file: id, offset }),
  );
  for await (const piece of pieces) {
    const records = piece.toString('utf8').split('\n').flatMap(toRecord);
    yield { records, next };
  }
}

async function begin(path: string, from: LogPosition | undefined): Promise<Position[]> {
  const positions: Position[] = [];
  let found = false;
  for (const file of await openLogFiles(path)) {
    if (found) await file.close();
    else if (file.id === from?.file) {
      found = true;
      // A log of one file is cut to nothing instead of rotated.
      positions.unshift({ file, offset: (await file.endsBefore(from.offset)) ? 0 : from.offset });
    } else positions.unshift({ file, offset: 0 });
  }
  return positions;
}

/** Takes whole lines as they are. */
class WholeLines implements RecordReader {
  readonly done = false;

  format(data: Buffer, length: number): { output: Buffer; used: number } {
    const used = data.lastIndexOf(0x0a, length - 1) + 1;
    return { output: Buffer.from(data.subarray(0, used)), used };
  }
}

function toRecord(line: string): LogRecord[] {
  const { log, stream, time = '' } = (line === '' ? undefined : parseRecord(line)) ?? {};
  if (log === undefined) return [];
  const partial = !log.endsWith('\n');
  return [{ line: partial ? log : log.slice(0, -1), stream: stream === 'stderr' ? 'stderr' : 'stdout', time, partial }];
}
