import { Transform, type TransformCallback } from 'node:stream';
import { invalidParameter } from '../../../base/errors.js';

const CONTROL: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };
const DEFAULT = 'ctrl-p,ctrl-q';

/** The bytes of a key sequence such as `ctrl-p,ctrl-q` or `a,b`. @throws InvalidParameter */
export function parseDetachKeys(keys: string | undefined): Buffer {
  return Buffer.from((keys || DEFAULT).split(',').map(parseKey));
}

function parseKey(key: string): number {
  if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
  const letter = /^ctrl-(.)$/.exec(key)?.[1] ?? '';
  if (/^[a-z]$/.test(letter)) return letter.charCodeAt(0) - 96;
  const code = CONTROL[letter];
  if (code === undefined) throw invalidParameter(`invalid detach keys: unknown key "${key}"`);
  return code;
}

/** Passes input on until the sequence is typed. Keys that may begin it are held back until it is clear that they do not. */
export class DetachFilter extends Transform {
  private matched = 0;

  constructor(
    private readonly keys: Buffer,
    private readonly onDetach: () => void,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      if (chunk[index] === this.keys[this.matched]) {
        if (this.matched === 0 && index > start) this.push(chunk.subarray(start, index));
        start = index + 1;
        if (++this.matched < this.keys.length) continue;
        this.matched = 0;
        this.onDetach();
        return done();
      }
      if (this.matched > 0) {
        this.push(this.keys.subarray(0, this.matched));
        this.matched = 0;
        start = index--;
      }
    }
    if (start < chunk.length) this.push(chunk.subarray(start));
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.matched > 0) this.push(this.keys.subarray(0, this.matched));
    done();
  }
}
