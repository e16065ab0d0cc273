/** A stretch of text that looks the same throughout. `fg` and `bg`: a palette index, or `#rrggbb`. */
export interface AnsiSpan {
  text: string;
  fg?: number | string;
  bg?: number | string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

type Style = Omit<AnsiSpan, 'text'>;

// CSI sequences, OSC sequences (titles, links), other two-byte escapes: ECMA-48, xterm's control sequences.
// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b(?:\[([0-9;:?<=>!]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** The text without any escape sequence, for searching and copying. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPE, '').replace('\u001b', '') : text;
}

/** Cuts a log line into spans by its SGR sequences; every other sequence and control character is dropped. */
export function parseAnsi(text: string): AnsiSpan[] {
  const shown = text.includes('\r') ? afterCarriageReturns(text) : text;
  if (!shown.includes('\u001b')) return shown ? [{ text: shown.replace(CONTROL, '') }] : [];
  const spans: AnsiSpan[] = [];
  let style: Style = {};
  let from = 0;
  const push = (to: number) => {
    const piece = shown.slice(from, to).replace(CONTROL, '').replaceAll('\u001b', '');
    if (piece) spans.push({ text: piece, ...style });
  };
  for (const match of shown.matchAll(ESCAPE)) {
    push(match.index);
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '');
    from = match.index + match[0].length;
  }
  push(shown.length);
  return spans;
}

/** A progress bar writes over itself: what stands after the last carriage return is what a terminal would show. */
function afterCarriageReturns(text: string): string {
  const parts = text.replace(/\r+$/, '').split('\r');
  return parts[parts.length - 1] ?? '';
}

/** ISO 6429 Select Graphic Rendition on top of `style`. */
function applySgr(style: Style, parameters: string): Style {
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number);
  let next: Style = { ...style };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 22) next.bold = next.dim = undefined;
    else if (code === 23) next.italic = undefined;
    else if (code === 24) next.underline = undefined;
    else if (code === 27) next.inverse = undefined;
    else if (code >= 30 && code <= 37) next.fg = code - 30;
    else if (code >= 40 && code <= 47) next.bg = code - 40;
    else if (code >= 90 && code <= 97) next.fg = code - 82;
    else if (code >= 100 && code <= 107) next.bg = code - 92;
    else if (code === 39) next.fg = undefined;
    else if (code === 49) next.bg = undefined;
    else if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes, at + 1);
      if (code === 38) next.fg = colour;
      else next.bg = colour;
      at += used;
    }
  }
  return next;
}

/** `5;n` is one of 256, `2;r;g;b` a direct colour; answers it and how many codes it took. */
function extendedColour(codes: number[], at: number): [colour: number | string | undefined, used: number] {
  if (codes[at] === 5) return [paletteColour(codes[at + 1] ?? 0), 2];
  if (codes[at] === 2) return [hex(codes.slice(at + 1, at + 4)), 4];
  return [undefined, codes.length];
}

const CUBE = [0, 95, 135, 175, 215, 255];

function paletteColour(index: number): number | string | undefined {
  if (!(index >= 0 && index <= 255)) return undefined;
  if (index < 16) return index;
  if (index >= 232) return hex(Array<number>(3).fill(8 + (index - 232) * 10));
  const cube = index - 16;
  return hex([CUBE[Math.floor(cube / 36)], CUBE[Math.floor(cube / 6) % 6], CUBE[cube % 6]].map((part) => part ?? 0));
}

const hex = (parts: number[]): string =>
  `#${[0, 1, 2]
    .map((at) =>
      Math.min(255, Math.max(0, Math.trunc(parts[at] ?? 0) || 0))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
