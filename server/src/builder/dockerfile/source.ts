import { invalidParameter, KindError, messageOf } from '../../base/errors.js';
import { type Heredoc, heredocsOf, type OpenHeredoc } from './heredoc.js';

/** One instruction as it stands in a Dockerfile. */
export interface SourceLine {
  /** With continued lines joined; what Docker prints for the step. */
  readonly text: string;
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly heredocs: readonly Heredoc[];
}

/** A Dockerfile, line by line. */
export interface Source {
  readonly lines: readonly SourceLine[];
  /** The escape character, `\` unless a directive says otherwise. */
  readonly escape: string;
  /** Odd things that are allowed. */
  readonly warnings: readonly string[];
}

/** Bytes a Dockerfile may have. */
export const LARGEST_DOCKERFILE = 16 << 20;
const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
/** Instructions that here-documents may follow. */
const WITH_HEREDOCS = /^(?:ONBUILD\s+)*(?:RUN|COPY|ADD)\s/i;

/**
 * Takes a Dockerfile apart: directives, comments, continued lines, here-documents.
 * https://docs.docker.com/reference/dockerfile/ "Format"
 * @throws InvalidParameter naming the line
 */
export function parseSource(content: string): Source {
  const rows = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = readDirectives(rows);
  const warnings: string[] = [];
  const lines: SourceLine[] = [];
  for (let at = 0; at < rows.length;) {
    const { text, next } = joinLines(rows, at, escape, warnings);
    if (text === '') {
      at = next;
      continue;
    }
    const line = at + 1;
    const opened = WITH_HEREDOCS.test(text) ? heredocsOf(text, escape) : [];
    const { heredocs, end } = atLine(line, () => readHeredocs(rows, next, opened));
    lines.push({ text, line, heredocs });
    at = end;
  }
  if (lines.length === 0) throw invalidParameter('file with no instructions');
  return { lines, escape, warnings };
}

/** Runs `work` with the line told in its errors. */
export function atLine<T>(line: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof KindError) || error.message.startsWith('dockerfile parse error')) throw error;
    throw new KindError(error.kind, `dockerfile parse error on line ${line}: ${messageOf(error)}`, { cause: error });
  }
}

function readDirectives(rows: readonly string[]): string {
  const directives = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    const [, name = '', value = ''] = DIRECTIVE.exec(row.trim()) ?? [];
    const key = name.toLowerCase();
    if (key === '') break;
    if (directives.has(key))
      throw invalidParameter(`dockerfile parse error on line ${index + 1}: only one ${key} parser directive can be used`);
    directives.set(key, value);
  }
  const escape = directives.get('escape') ?? '\\';
  if (escape !== '\\' && escape !== '`') {
    throw invalidParameter(`dockerfile parse error on line 1: invalid escape token '${escape}' does not match \` or \\`);
  }
  return escape;
}

/** The instruction that begins at row `start`, with the rows that continue it; '' for a comment or nothing. */
function joinLines(rows: readonly string[], start: number, escape: string, warnings: string[]): { text: string; next: number } {
  const first = (rows[start] as string).trimStart();
  if (first.trim() === '' || first.startsWith('#')) return { text: '', next: start + 1 };
  let { text, continued } = continuation(first, escape);
  let next = start + 1;
  let empty = false;
  while (continued && next < rows.length) {
    const row = rows[next++] as string;
    if (row.trimStart().startsWith('#')) continue;
    if (row.trim() === '') {
      empty = true;
      continue;
    }
    const more = continuation(row, escape);
    text += more.text;
    continued = more.continued;
  }
  if (empty) warnings.push(`Empty continuation line found in:\n    ${text.trim()}`);
  return { text: text.trim(), next };
}

function continuation(row: string, escape: string): { text: string; continued: boolean } {
  const trimmed = row.replace(/[ \t]+$/, '');
  const continued = trimmed.endsWith(escape) && trimmed.at(-2) !== escape;
  return continued ? { text: trimmed.slice(0, -1), continued } : { text: row, continued };
}

function readHeredocs(rows: readonly string[], start: number, opened: readonly OpenHeredoc[]): { heredocs: Heredoc[]; end: number } {
  let end = start;
  const heredocs = opened.map((open) => {
    const content: string[] = [];
    for (; end < rows.length; end++) {
      const row = rows[end] as string;
      if ((open.chomp ? row.replace(/^\t+/, '') : row) === open.name) {
        end++;
        return { ...open, content: content.map((each) => `${each}\n`).join('') };
      }
      content.push(row);
    }
    throw invalidParameter(`unterminated heredoc ${open.name}`);
  });
  return { heredocs, end };
}
