import type { LogLine } from '@live';
import { stripAnsi } from './ansi';
import { isContinuation, levelOf, type LogLevel } from './log-level';

/** A line with the number it keeps for as long as it is shown. */
export interface LogRow extends LogLine {
  sequence: number;
  /** The text without escape sequences. */
  plain: string;
  level: LogLevel | undefined;
  /** It goes on with what the line before has begun, such as a stack trace. */
  continued: boolean;
  /** Which of several logs it is of; 0 where there is only one. */
  source: number;
}

/** A line of one of several logs. */
export type SourcedLine = LogLine & { source?: number };

/**
 * The newest lines of a log, bounded. While it is held (somebody reads further up) new lines wait aside, also bounded,
 * so that nothing moves under the reader and nothing grows.
 */
export class LogWindow {
  rows: LogRow[] = [];
  waiting: LogRow[] = [];
  held = false;
  /** Lines that were let go at the old end. */
  skipped = 0;
  /** Lines that were let go while they waited. */
  #lost = 0;
  #next = 0;
  #first = 0;

  constructor(readonly limit = 20_000) {}

  get firstSequence(): number {
    return this.rows[0]?.sequence ?? this.#next;
  }

  /** Takes lines at the new end; answers those that are shown now. */
  append(lines: SourcedLine[]): LogRow[] {
    const rows = this.#toRows(lines, this.#next, this.held ? this.waiting : this.rows);
    this.#next += rows.length;
    if (this.held) {
      this.waiting = join(this.waiting, rows);
      this.#trimWaiting();
      return [];
    }
    this.rows = join(this.rows, rows);
    this.#trim();
    return rows;
  }

  /** Puts older lines in front, as far as there is room; answers those taken. */
  prepend(lines: SourcedLine[]): LogRow[] {
    const room = Math.max(0, this.limit - this.rows.length);
    const taken = room === 0 ? [] : lines.slice(-room);
    this.#first -= taken.length;
    const rows = this.#toRows(taken, this.#first, []);
    this.rows = rows.concat(this.rows);
    return rows;
  }

  hold(): void {
    this.held = true;
  }

  /** Lets the waiting lines in; answers them. Where some were lost, what stands before the gap goes too. */
  release(): LogRow[] {
    this.held = false;
    const rows = this.waiting;
    this.waiting = [];
    if (this.#lost > 0) this.#startOver();
    this.rows = join(this.rows, rows);
    this.#trim();
    return rows;
  }

  clear(): void {
    this.rows = [];
    this.waiting = [];
    this.skipped = this.#lost = 0;
  }

  /** Lines with numbers from `first` on. */
  #toRows(lines: SourcedLine[], first: number, before: LogRow[]): LogRow[] {
    let last = before[before.length - 1];
    return lines.map((line, at) => (last = new Row(line, first + at, last)));
  }

  /** Cuts in steps of a tenth, so that a busy log does not move the whole window with every batch. */
  #trim(): void {
    if (this.rows.length <= this.limit * 1.1) return;
    this.skipped += this.rows.length - this.limit;
    this.rows = this.rows.slice(-this.limit);
  }

  #trimWaiting(): void {
    if (this.waiting.length <= this.limit * 1.1) return;
    this.#lost += this.waiting.length - this.limit;
    this.waiting = this.waiting.slice(-this.limit);
  }

  #startOver(): void {
    this.skipped += this.rows.length + this.#lost;
    this.rows = [];
    this.#lost = 0;
  }
}

/** A line whose level is looked for when somebody asks, because most are never looked at. */
class Row implements LogRow {
  readonly time: string;
  readonly stream: LogLine['stream'];
  readonly text: string;
  readonly plain: string;
  readonly source: number;
  readonly continued: boolean;
  /** What it goes on with; null once the level is known. */
  #head: LogRow | null | undefined;
  #level: LogLevel | undefined;

  constructor(
    { time, stream, text, source = 0 }: SourcedLine,
    readonly sequence: number,
    before: LogRow | undefined,
  ) {
    this.time = time;
    this.stream = stream;
    this.text = text;
    this.plain = stripAnsi(text);
    this.source = source;
    this.continued = before?.source === source && isContinuation(this.plain);
    // Only what it goes on with is held on to, or a row would hold all before it.
    this.#head = this.continued ? before : undefined;
  }

  get level(): LogLevel | undefined {
    if (this.#head === null) return this.#level;
    this.#level = this.#head ? this.#head.level : levelOf(this.plain);
    this.#head = null;
    return this.#level;
  }
}

/** Appends in place where that is cheap: a spread of a huge batch would overflow the stack. */
function join(rows: LogRow[], more: LogRow[]): LogRow[] {
  for (const row of more) rows.push(row);
  return rows;
}

/** Whether RFC 3339 time `a` is later than `b`, to the nanosecond; both in UTC. */
export function isLater(a: string, b: string): boolean {
  const [secondsA, fractionA] = split(a);
  const [secondsB, fractionB] = split(b);
  return secondsA !== secondsB ? secondsA > secondsB : fractionA > fractionB;
}

function split(time: string): [seconds: string, fraction: string] {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return [seconds, fraction.padEnd(9, '0')];
}
