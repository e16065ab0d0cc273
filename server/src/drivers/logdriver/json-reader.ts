import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogFollow, LogRequest } from './driver.js';
import { Formatter } from './json-formatter.js';
import { openLogFiles, openNewerFiles } from './json-files.js';
import type { LogFile } from './log-file.js';
import { idOf } from './plain-log-file.js';

const BLOCK = 256 * 1024;

/** Takes the whole records off the beginning of `length` bytes; `done` when it wants no more. */
export interface RecordReader {
  readonly done: boolean;
  format(data: Buffer, length: number): { output: Buffer; used: number };
}

/** Reads the log at `path`, from the wanted line on, through rotations, until its end or until the container's. */
export function readJsonFile(path: string, request: LogRequest, follow: LogFollow): AsyncGenerator<Buffer> {
  return readFiles(path, () => begin(path, request.tail), new Formatter(request, follow.reuses), follow);
}

/**
 * Reads the files of a log from where `start` says, through rotations, until their end or until the container's.
 * @param at told before each piece where the one after it begins
 */
export async function* readFiles(
  path: string,
  start: () => Promise<Position[]>,
  formatter: RecordReader,
  follow: LogFollow,
  at?: (file: LogFile, offset: number) => void,
): AsyncGenerator<Buffer> {
  using changes = follow.ended ? new Changes(path, follow) : undefined;
  const queue = await start();
  try {
    while (queue.length > 0) {
      const { file, offset } = queue[0] as Position;
      const reading = new Reading(file, offset, formatter, follow.signal, at);
      yield* reading.toEnd();
      if (queue.length === 1) follow.caughtUp?.();
      while (queue.length === 1 && changes && !formatter.done) {
        const last = changes.ended;
        await reading.checkTruncated();
        yield* reading.toEnd();
        if (await isRotated(path, file)) {
          yield* reading.toEnd();
          for (const newer of await openNewerFiles(path, file.id)) queue.push({ file: newer, offset: 0 });
        } else if (last || follow.signal.aborted) return;
        else await changes.next();
      }
      if (formatter.done || follow.signal.aborted) return;
      queue.shift();
      await file.close();
    }
  } finally {
    for (const { file } of queue) await file.close();
  }
}

/** Where to read on. */
export interface Position {
  readonly file: LogFile;
  readonly offset: number;
}

/** Where reading begins: the files from the one with the first wanted line on, the oldest first. */
async function begin(path: string, tail: number | undefined): Promise<Position[]> {
  const positions: Position[] = [];
  let missing = tail ?? Infinity;
  for (const file of await openLogFiles(path)) {
    if (missing === 0 && positions.length > 0) {
      await file.close();
      continue;
    }
    if (tail === undefined) positions.unshift({ file, offset: 0 });
    else {
      const { offset, found } = await file.findTail(missing);
      missing -= found;
      positions.unshift({ file, offset });
    }
  }
  return positions;
}

async function isRotated(path: string, file: LogFile): Promise<boolean> {
  try {
    return idOf(await stat(path, { bigint: true })) !== file.id;
  } catch (error) {
    // Between the rename of the old and the making of the new file there is none; a removed log has no next one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** One file, read on and on. */
class Reading {
  private buffer = Buffer.allocUnsafe(BLOCK);
  private kept = 0;

  constructor(
    private readonly file: LogFile,
    private offset: number,
    private readonly formatter: RecordReader,
    private readonly signal: AbortSignal,
    private readonly at: ((file: LogFile, offset: number) => void) | undefined,
  ) {}

  async *toEnd(): AsyncGenerator<Buffer> {
    while (!this.formatter.done && !this.signal.aborted) {
      if (this.kept === this.buffer.length) this.buffer = Buffer.concat([this.buffer], this.buffer.length * 2);
      const bytesRead = await this.file.read(this.buffer, this.kept, this.buffer.length - this.kept, this.offset);
      if (bytesRead === 0) return;
      this.offset += bytesRead;
      const length = this.kept + bytesRead;
      const { output, used } = this.formatter.format(this.buffer, length);
      this.buffer.copyWithin(0, used, length);
      this.kept = length - used;
      this.at?.(this.file, this.offset - this.kept);
      if (output.length > 0) yield output;
    }
  }

  /** A log of one file is cut to nothing instead of rotated. */
  async checkTruncated(): Promise<void> {
    if (!(await this.file.endsBefore(this.offset))) return;
    this.offset = 0;
    this.kept = 0;
  }
}

/** Tells when something has happened to a log since it was last asked (inotify(7)). */
class Changes implements Disposable {
  ended = false;
  private changed = false;
  private wake: () => void = () => undefined;
  private readonly watcher;

  constructor(path: string, { ended, signal }: LogFollow) {
    const tell = () => {
      this.changed = true;
      this.wake();
    };
    this.watcher = watch(dirname(path), tell);
    this.watcher.on('error', tell);
    signal.addEventListener('abort', tell, { once: true });
    const end = () => {
      this.ended = true;
      tell();
    };
    ended?.then(end, end);
  }

  /** Resolves at once when there was a change since the last call returned. */
  async next(): Promise<void> {
    if (!this.changed) await new Promise<void>((resolve) => (this.wake = resolve));
    this.changed = false;
  }

  [Symbol.dispose](): void {
    this.watcher.close();
  }
}
