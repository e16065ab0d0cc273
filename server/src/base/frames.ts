const HEADER = 8;

/** Takes Docker's multiplexed stream apart, however its bytes are cut: 8-byte header (stream, 0, 0, 0, big-endian length), then the text. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @returns the whole frames that `chunk` completes */
  push(chunk: Buffer): { stream: number; text: Buffer }[] {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const frames: { stream: number; text: Buffer }[] = [];
    let at = 0;
    while (at + HEADER <= data.length) {
      const end = at + HEADER + data.readUInt32BE(at + 4);
      if (end > data.length) break;
      frames.push({ stream: data[at] ?? 0, text: data.subarray(at + HEADER, end) });
      at = end;
    }
    this.rest = data.subarray(at);
    return frames;
  }
}
