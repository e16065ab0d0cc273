import type { LogRequest } from './driver.js';
import { Needle } from './needle.js';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const HEADER = 8;
const NOTHING = Buffer.alloc(0);
/** Bytes of output that a buffer is kept for. */
const WORTH_KEEPING = 64 * 1024;
/** The beginning of a terminal's colours, as JSON writes it. */
const ESCAPE = '\\u001b';
/** How the text of a record ends that is the end of a line. */
const LINE_END = '\\n","';
/** `{"log":"` */
const PREFIX = Buffer.from('{"log":"');
/** What follows the text up to the letter that tells stdout from stderr. */
const STREAM = Buffer.from('","stream":"std');

export interface JsonRecord {
  readonly log?: string;
  readonly stream?: string;
  readonly time?: string;
  readonly attrs?: Readonly<Record<string, string>>;
}

/** Nine digits of a second, so that times compare as text. */
export function fixedTime(rfc3339: string): string {
  const dot = rfc3339.indexOf('.');
  if (dot < 0) return `${rfc3339.slice(0, -1)}.000000000Z`;
  return rfc3339.length - dot === 11 ? rfc3339 : `${rfc3339.slice(0, -1).padEnd(dot + 10, '0')}Z`;
}

/** Nanoseconds since 1970 as a fixed time. */
export function fixedTimeOf(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}

/**
 * Turns json-file records into what a client reads. Texts are copied as bytes, without making strings of them;
 * only records with escapes other than the last newline, or of an unusual shape, go through a JSON parser.
 */
export class Formatter {
  /** A record after `until` was seen: nothing more is wanted. */
  done = false;
  private readonly since: string | undefined;
  private readonly until: string | undefined;
  private readonly needsTime: boolean;
  private nextBackslash = -1;
  private begun = false;
  /** Streams of which the last record was the beginning of a long line. */
  private readonly within = new Set<number>();

  private readonly holding: Needle | undefined;

  private readonly room: OutputRoom;

  /** @param reuses as LogFollow has it */
  constructor(
    private readonly request: LogRequest,
    reuses = false,
  ) {
    this.room = new OutputRoom(reuses);
    this.holding = request.holding ? new Needle(request.holding) : undefined;
    this.since = request.since === undefined ? undefined : fixedTimeOf(request.since);
    this.until = request.until === undefined ? undefined : fixedTimeOf(request.until);
    this.needsTime = request.timestamps || this.since !== undefined || this.until !== undefined;
  }

  /**
   * Formats the whole records in the first `length` bytes of `data`.
   * @returns the output, and how many bytes of `data` it was made of: the rest is the beginning of a record
   */
  format(data: Buffer, length: number): { output: Buffer; used: number } {
    const whole = data.lastIndexOf(NEWLINE, length - 1) + 1;
    if (this.mayLeaveOut(data, whole)) return { output: NOTHING, used: whole };
    // A record is always longer than what is made of it, so this is room enough.
    const output = this.room.take(length);
    const input = data.subarray(0, length);
    let written = 0;
    let used = 0;
    this.nextBackslash = -2;
    while (!this.done) {
      const end = input.indexOf(NEWLINE, used);
      if (end < 0) break;
      written = this.record(input, used, end, output, written);
      used = end + 1;
    }
    this.begun ||= written > 0;
    return { output: output.subarray(0, written), used };
  }

  /** Whether none of the records in the first `end` bytes holds what all wanted ones do: told at a glance, without looking at each. */
  private mayLeaveOut(data: Buffer, end: number): boolean {
    if (!this.holding || !this.begun || this.within.size > 0 || end === 0) return false;
    const piece = data.subarray(0, end);
    // Colours stand within words. What ends within a line is needed by the piece that goes on with it.
    if (this.holding.isIn(piece) || piece.includes(ESCAPE)) return false;
    return piece.indexOf(LINE_END, piece.lastIndexOf(NEWLINE, end - 2) + 1) >= 0;
  }

  /** Formats the record in [start, end) at `at` of `output`. @returns where the next one goes */
  private record(input: Buffer, start: number, end: number, output: Buffer, at: number): number {
    const text = start + PREFIX.length;
    if (this.request.details || input[text - 1] !== QUOTE || input[start + 2] !== PREFIX[2])
      return this.parsed(input, start, end, output, at);
    const quote = input.indexOf(QUOTE, text);
    const backslash = this.backslashFrom(input, text);
    const newline = backslash === quote - 2 && input[quote - 1] === LETTER_N;
    if ((backslash < quote && !newline) || quote > end) return this.parsed(input, start, end, output, at);
    const letter = input[quote + STREAM.length];
    if (input[quote + STREAM.length - 1] !== STREAM[STREAM.length - 1]) return this.parsed(input, start, end, output, at);
    const stream = letter === 0x6f ? 1 : 2;
    const time = this.needsTime ? fixedTime(input.toString('latin1', input.lastIndexOf(QUOTE, end - 3) + 1, end - 2)) : '';
    if (!this.isWanted(stream, time)) return at;
    const textEnd = newline ? quote - 2 : quote;
    let position = this.request.frames ? at + HEADER : at;
    if (this.request.timestamps) position += output.write(`${time} `, position, 'latin1');
    position += input.copy(output, position, text, textEnd);
    if (newline) output[position++] = NEWLINE;
    return this.close(output, at, position, stream);
  }

  /** The next backslash at or after `from`; looked for only once. */
  private backslashFrom(input: Buffer, from: number): number {
    if (this.nextBackslash < from) {
      const found = input.indexOf(BACKSLASH, from);
      this.nextBackslash = found < 0 ? Infinity : found;
    }
    return this.nextBackslash;
  }

  private parsed(input: Buffer, start: number, end: number, output: Buffer, at: number): number {
    const record = parseRecord(input.toString('utf8', start, end));
    if (!record) return at;
    const stream = record.stream === 'stderr' ? 2 : 1;
    const time = this.needsTime ? fixedTime(record.time ?? '') : '';
    if (!this.isWanted(stream, time)) return at;
    const attributes = Object.entries(record.attrs ?? {}).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
    const details = this.request.details ? `${attributes.join(',')} ` : '';
    const line = `${this.request.timestamps ? `${time} ` : ''}${details}${record.log ?? ''}`;
    const position = this.request.frames ? at + HEADER : at;
    return this.close(output, at, position + output.write(line, position, 'utf8'), stream);
  }

  private isWanted(stream: 1 | 2, time: string): boolean {
    if (this.until !== undefined && time > this.until) {
      this.done = true;
      return false;
    }
    if (this.since !== undefined && time < this.since) return false;
    return stream === 1 ? this.request.stdout : this.request.stderr;
  }

  private close(output: Buffer, at: number, end: number, stream: number): number {
    if (output[end - 1] === NEWLINE) this.within.delete(stream);
    else this.within.add(stream);
    if (this.request.frames) {
      output.writeUInt32BE(stream << 24, at);
      output.writeUInt32BE(end - at - HEADER, at + 4);
    }
    return end;
  }
}

/** Where output goes: new memory, or in turn two pieces that are kept for as long as much comes. */
class OutputRoom {
  private kept: [Buffer, Buffer] = [NOTHING, NOTHING];

  constructor(private readonly reuses: boolean) {}

  take(size: number): Buffer {
    if (!this.reuses || size < WORTH_KEEPING) {
      // Followers of a log that has been read wait for long, and there may be many.
      this.kept = [NOTHING, NOTHING];
      return Buffer.allocUnsafe(size);
    }
    const [next, last] = this.kept;
    const room = next.length >= size ? next : Buffer.allocUnsafeSlow(size);
    this.kept = [last, room];
    return room;
  }
}

/** A torn record (the disk was full) says nothing; the ones after it do. */
export function parseRecord(line: string): JsonRecord | undefined {
  try {
    return JSON.parse(line) as JsonRecord;
  } catch {
    const next = line.lastIndexOf('{"log":"');
    return next > 0 ? parseRecord(line.slice(next)) : undefined;
  }
}
