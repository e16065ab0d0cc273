import type { LogRow } from './log-window';

/** What is searched for; `error` says why a regular expression is not one. */
export interface LogQuery {
  pattern?: RegExp;
  error?: string;
}

/** Longer lines are searched up to here, so that no expression can hold the page. */
const SEARCHED = 8192;

/** Without a capital letter the case does not matter. */
export function compileQuery(text: string, regex: boolean): LogQuery {
  if (!text) return {};
  const flags = /[A-Z]/.test(text) ? 'gu' : 'giu';
  try {
    return { pattern: new RegExp(regex ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), flags) };
  } catch (error) {
    return { error: error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error) };
  }
}

/** Where the pattern hits in a text, without empty hits. */
export function hitsIn(text: string, pattern: RegExp): [from: number, to: number][] {
  const hits: [number, number][] = [];
  for (const match of text.slice(0, SEARCHED).matchAll(pattern)) {
    if (match[0]) hits.push([match.index, match.index + match[0].length]);
  }
  return hits;
}

/** Numbers of the rows that hit, in order. */
export function matchingRows(rows: LogRow[], pattern: RegExp): number[] {
  return rows.filter(({ plain }) => hitsIn(plain, pattern).length > 0).map(({ sequence }) => sequence);
}

/** A span of which it is known whether it is a hit. */
export type Marked<Span> = Span & { hit?: boolean };

/** Cuts spans at the hits, so that a hit can be marked over colours. */
export function markSpans<Span extends { text: string }>(spans: Span[], hits: [number, number][]): Marked<Span>[] {
  if (hits.length === 0) return spans;
  const marked: Marked<Span>[] = [];
  let at = 0;
  for (const span of spans) {
    const end = at + span.text.length;
    const cuts = [at, ...hits.flat().filter((cut) => cut > at && cut < end), end];
    for (let index = 0; index + 1 < cuts.length; index++) {
      const [from = 0, to = 0] = [cuts[index], cuts[index + 1]];
      const hit = hits.some(([start, stop]) => from >= start && to <= stop);
      if (to > from) marked.push({ ...span, text: span.text.slice(from - at, to - at), ...(hit && { hit }) });
    }
    at = end;
  }
  return marked;
}
