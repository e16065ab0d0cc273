/** Bytes of a terminal's past that are kept. */
const KEPT = 512 * 1024;
/** No control sequence that is looked for is longer. */
const LONGEST_SEQUENCE = 32;

const ESCAPE = '\\u001b';
/** What a program asks its terminal. Asked once more from the past, the answer would be typed into whatever runs now. */
const QUESTION = new RegExp(
  `${ESCAPE}\\[[>=?]?[0-9;]*[cn]|${ESCAPE}\\[\\?[0-9;]*\\$p|${ESCAPE}\\]1?[0-9];(?:[0-9]+;)?\\?(?:\\u0007|${ESCAPE}\\\\)|${ESCAPE}P[$+]q[^${ESCAPE}]*${ESCAPE}\\\\`,
  'g',
);
const PRIVATE_MODE = new RegExp(`${ESCAPE}\\[\\?([0-9;]+)([hl])`, 'g');

/** The last bytes that a terminal has shown, by their place since its start, and the modes that the lost ones have set. */
export class Scrollback {
  private chunks: Buffer[] = [];
  private readonly modes = new Map<string, string>();
  private lostTail = '';
  /** Places of the first byte that is kept and of the next one that comes. */
  start = 0;
  end = 0;

  append(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.end += chunk.length;
    while (this.chunks.length > 1 && this.end - this.start - (this.chunks[0]?.length ?? 0) >= KEPT) this.lose(this.chunks.shift()!);
  }

  /** What is kept from `place` on, no more than `most` bytes. */
  from(place: number, most: number): Buffer {
    let at = this.start;
    for (const chunk of this.chunks) {
      if (place < at + chunk.length) return chunk.subarray(place - at, place - at + most);
      at += chunk.length;
    }
    return Buffer.alloc(0);
  }

  /** What brings a new screen to where the others are: whole lines, without the questions that were answered long ago. */
  replay(): Buffer {
    const kept = Buffer.concat(this.chunks).toString('latin1');
    if (this.start === 0) return Buffer.from(kept.replace(QUESTION, ''), 'latin1');
    const modes = [...this.modes].map(([mode, state]) => `\u001b[?${mode}${state}`).join('');
    const lines = kept.slice(kept.indexOf('\n') + 1);
    return Buffer.from(modes + lines.replace(QUESTION, ''), 'latin1');
  }

  /** Modes outlive the bytes that set them: a full-screen program enters its screen once. */
  private lose(chunk: Buffer): void {
    this.start += chunk.length;
    const text = this.lostTail + chunk.toString('latin1');
    for (const [, numbers = '', state = ''] of text.matchAll(PRIVATE_MODE))
      for (const mode of numbers.split(';')) this.modes.set(mode, state);
    this.lostTail = text.slice(-LONGEST_SEQUENCE);
  }
}
