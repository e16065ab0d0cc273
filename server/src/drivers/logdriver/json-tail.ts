import type { FileHandle } from 'node:fs/promises';

const BLOCK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Finds the last `lines` whole lines of a file by reading it in blocks from the end.
 * @returns the offset of the first of them, and how many there are
 */
export async function findTail(file: FileHandle, size: number, lines: number): Promise<{ offset: number; found: number }> {
  if (lines === 0) return { offset: size, found: 0 };
  const block = Buffer.allocUnsafe(Math.min(BLOCK, size));
  let newlines = 0;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let at = block.lastIndexOf(NEWLINE, bytesRead - 1); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
      if (newlines === lines) return { offset: start + at + 1, found: lines };
      newlines++;
    }
    end = start;
  }
  return { offset: 0, found: newlines };
}
