import { FrameReader } from '../../base/frames.js';
import type { LogLine } from './protocol.js';

/** A line that never ends is cut here; characters. */
const LONGEST_LINE = 256 * 1024;

type Stream = LogLine['stream'];

/** Makes lines out of a log read with frames and timestamps, however it is cut. Long lines come in several records. */
export class LogLines {
  private readonly frames = new FrameReader();
  private readonly begun = new Map<Stream, LogLine>();

  /** @returns the lines that `chunk` completes */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    for (const { stream, text } of this.frames.push(chunk)) {
      const line = this.record(stream === 2 ? 'stderr' : 'stdout', text.toString('utf8'));
      if (line) lines.push(line);
    }
    return lines;
  }

  /** What has no newline at the end of the log. */
  rest(): LogLine[] {
    const rest = [...this.begun.values()];
    this.begun.clear();
    return rest;
  }

  private record(stream: Stream, record: string): LogLine | undefined {
    const space = record.indexOf(' ');
    const before = this.begun.get(stream);
    const line = { time: before?.time ?? record.slice(0, space), stream, text: (before?.text ?? '') + record.slice(space + 1) };
    if (!line.text.endsWith('\n') && line.text.length < LONGEST_LINE) {
      this.begun.set(stream, line);
      return undefined;
    }
    this.begun.delete(stream);
    return { ...line, text: line.text.replace(/\r?\n$/, '') };
  }
}
