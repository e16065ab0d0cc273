import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { messageOf, systemError } from '../../base/errors.js';
import type { LogFile } from './log-file.js';
import { idOf } from './plain-log-file.js';

const BLOCK = 256 * 1024;
const NEWLINE = 0x0a;
/** Where RFC 1952 has the length of the extra fields, and the first of them. */
const EXTRA = { length: 10, first: 12 } as const;
const HAS_EXTRA = 0x04;
/** Name of the field that tells which file was compressed, and its size: inode and time of birth. */
const ORIGIN = { name: 'SL', size: 16 } as const;

/** A file of a log that has been compressed after it was rotated (see LogCompressor in native/libcontainer). Read from its beginning on. */
export class GzipLogFile implements LogFile {
  static readonly suffix = '.gz';
  private unpacking: Unpacking | undefined;

  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    readonly id: string,
  ) {}

  static async of(handle: FileHandle, path: string): Promise<GzipLogFile> {
    return new GzipLogFile(handle, path, await originOf(handle));
  }

  async read(target: Buffer, at: number, length: number, position: number): Promise<number> {
    if (!this.unpacking || position < this.unpacking.position) {
      this.unpacking?.stop();
      this.unpacking = new Unpacking(this.handle);
    }
    try {
      await this.unpacking.skipTo(position);
      return await this.unpacking.take(target.subarray(at, at + length));
    } catch (error) {
      throw systemError(`log file ${this.path} is damaged: ${messageOf(error)}`, error);
    }
  }

  /** Counts all lines first: nobody can read it from its end. */
  async findTail(lines: number): Promise<{ offset: number; found: number }> {
    const block = Buffer.allocUnsafe(BLOCK);
    let size = 0;
    let count = 0;
    for await (const { piece } of this.pieces(block)) {
      size += piece.length;
      for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count++;
    }
    if (lines === 0) return { offset: size, found: 0 };
    if (count <= lines) return { offset: 0, found: count };
    let left = count - lines;
    for await (const { piece, position } of this.pieces(block)) {
      for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) {
        left--;
        if (left === 0) return { offset: position + at + 1, found: lines };
      }
    }
    throw systemError(`log file ${this.path} has lost lines while it was read`);
  }

  /** What is compressed is not written to any more. */
  async endsBefore(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    this.unpacking?.stop();
    await this.handle.close();
  }

  private async *pieces(block: Buffer): AsyncGenerator<{ piece: Buffer; position: number }> {
    for (let position = 0; ;) {
      const size = await this.read(block, 0, block.length, position);
      if (size === 0) return;
      yield { piece: block.subarray(0, size), position };
      position += size;
    }
  }
}

/** One way through a file. */
class Unpacking {
  position = 0;
  private readonly stream: Gunzip;
  private readonly blocks: AsyncIterator<Buffer>;
  private block: Buffer = Buffer.alloc(0);

  constructor(handle: FileHandle) {
    this.stream = createGunzip({ chunkSize: BLOCK });
    pipeline(fileBlocks(handle), this.stream, () => undefined);
    this.blocks = this.stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async skipTo(position: number): Promise<void> {
    while (this.position < position && (await this.fill())) this.consume(Math.min(this.block.length, position - this.position));
  }

  /** @returns how many bytes were put into `target` */
  async take(target: Buffer): Promise<number> {
    if (!(await this.fill())) return 0;
    return this.consume(this.block.copy(target));
  }

  stop(): void {
    this.stream.destroy();
  }

  private consume(size: number): number {
    this.block = this.block.subarray(size);
    this.position += size;
    return size;
  }

  /** @returns whether there is more */
  private async fill(): Promise<boolean> {
    if (this.block.length > 0) return true;
    const { value, done } = await this.blocks.next();
    if (!done) this.block = value;
    return !done;
  }
}

/** A file from its beginning, whoever else reads it by the same descriptor. */
async function* fileBlocks(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** The ID of the file that was compressed; of one that others have compressed, its own. */
async function originOf(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  const field = EXTRA.first + 4;
  const ours =
    bytesRead >= field + ORIGIN.size &&
    (buffer[3] as number) & HAS_EXTRA &&
    buffer.readUInt16LE(EXTRA.length) >= 4 + ORIGIN.size &&
    buffer.toString('latin1', EXTRA.first, EXTRA.first + 2) === ORIGIN.name &&
    buffer.readUInt16LE(EXTRA.first + 2) === ORIGIN.size;
  if (!ours) return idOf(await handle.stat({ bigint: true }));
  return idOf({ ino: buffer.readBigUInt64LE(field), birthtimeNs: buffer.readBigUInt64LE(field + 8) });
}
