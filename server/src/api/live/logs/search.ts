import { setImmediate as breathe } from 'node:timers/promises';
import type { LogRequest } from '../../../engine/container/logs/logs.js';
import { LogLines } from '../log-lines.js';
import type { LogLine } from '../protocol.js';
import type { LogPattern } from './pattern.js';
import { EVERYTHING, type LogSource } from './source.js';

/** How many of the last lines are looked through first, then before those, and so on: what is asked for is mostly young. */
const REACHES = [2_000, 50_000, 1_000_000, undefined];
const BEGINNING = '';

export interface SearchRange {
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
}

/**
 * Searches a log from its end towards its beginning, a stretch at a time; in a stretch the hits come in the log's order.
 * @param most hits after which it stops
 * @returns pieces of what was found, some of them empty to tell that it goes on
 */
export async function* searchLog(
  source: LogSource,
  pattern: LogPattern,
  range: SearchRange,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<LogLine[]> {
  let searchedFrom: string | undefined;
  let left = most;
  // The last lines are counted from the end of the log, which says nothing about those before another time.
  for (const tail of range.until === undefined ? REACHES : [undefined]) {
    const stretch = new Stretch(source, pattern, { ...range, tail }, searchedFrom);
    for await (const hits of stretch.hits(signal)) {
      yield hits.slice(0, left);
      left -= hits.length;
      if (left <= 0 || signal.aborted) return;
      await breathe();
    }
    // The first line stays the same when there is none before it.
    if (stretch.from === BEGINNING || stretch.from === searchedFrom) return;
    searchedFrom = stretch.from;
  }
}

/** The lines of a log from some place on up to where it has been searched already. */
class Stretch {
  /** Time of the first line; '' when there is none. */
  from = BEGINNING;

  constructor(
    private readonly source: LogSource,
    private readonly pattern: LogPattern,
    private readonly request: SearchRange & { readonly tail: number | undefined },
    private readonly before: string | undefined,
  ) {}

  async *hits(signal: AbortSignal): AsyncGenerator<LogLine[]> {
    const lines = new LogLines();
    const { needle } = this.pattern;
    const whole: LogRequest = { ...EVERYTHING, ...this.request, ...(needle && { holding: needle }) };
    for await (const chunk of this.source.read(whole, { signal, ended: undefined })) {
      const found = this.take(lines.push(chunk));
      yield found.hits;
      if (found.over) return;
    }
    yield this.take(lines.rest()).hits;
  }

  private take(lines: LogLine[]): { hits: LogLine[]; over: boolean } {
    this.from ||= lines[0]?.time ?? BEGINNING;
    const { before } = this;
    const over = before !== undefined && (lines.at(-1)?.time ?? '') >= before;
    const unseen = over ? lines.filter(({ time }) => time < before) : lines;
    return { hits: this.pattern.filter(unseen), over };
  }
}
