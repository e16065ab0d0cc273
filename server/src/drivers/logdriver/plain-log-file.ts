import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { findTail } from './json-tail.js';
import type { LogFile } from './log-file.js';

/** What tells a file from every other, even from one that gets its inode later. */
export function idOf({ ino, birthtimeNs }: Pick<BigIntStats, 'ino' | 'birthtimeNs'>): string {
  return `${ino}-${birthtimeNs}`;
}

/** A file of a log as it was written. */
export class PlainLogFile implements LogFile {
  static readonly suffix = '';

  private constructor(
    private readonly handle: FileHandle,
    readonly id: string,
  ) {}

  static async of(handle: FileHandle): Promise<PlainLogFile> {
    return new PlainLogFile(handle, idOf(await handle.stat({ bigint: true })));
  }

  async read(target: Buffer, at: number, length: number, position: number): Promise<number> {
    return (await this.handle.read(target, at, length, position)).bytesRead;
  }

  async findTail(lines: number): Promise<{ offset: number; found: number }> {
    return findTail(this.handle, (await this.handle.stat()).size, lines);
  }

  async endsBefore(offset: number): Promise<boolean> {
    return (await this.handle.stat()).size < offset;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
