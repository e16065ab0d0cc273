import type { LogLevel } from './log-level';
import type { LogRow } from './log-window';

/** Which lines of a log are shown. */
export interface LogFilter {
  stream: 'all' | 'stdout' | 'stderr';
  /** At least this severe; lines of no level count as none. */
  level: LogLevel | 'all';
  /** Hide what goes on with the line before. */
  fold: boolean;
}

const SEVERITY: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The rows to be shown, and under which of them how many are folded. @param unfolded heads that are shown whole */
export function shownRows(
  rows: readonly LogRow[],
  { stream, level, fold }: LogFilter,
  unfolded: ReadonlySet<number>,
): { rows: LogRow[]; folded: ReadonlyMap<number, number> } {
  const folded = new Map<number, number>();
  if (stream === 'all' && level === 'all' && !fold) return { rows: rows.slice(), folded };
  const shown: LogRow[] = [];
  let head: LogRow | undefined;
  for (const row of rows) {
    if (stream !== 'all' && row.stream !== stream) continue;
    if (level !== 'all' && (row.level === undefined || SEVERITY[row.level] < SEVERITY[level])) continue;
    if (!fold || !row.continued || !head) {
      head = row;
      shown.push(row);
      continue;
    }
    folded.set(head.sequence, (folded.get(head.sequence) ?? 0) + 1);
    if (unfolded.has(head.sequence)) shown.push(row);
  }
  return { rows: shown, folded };
}
