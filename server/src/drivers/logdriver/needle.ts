/** The letters of logs, from the rarest on. */
const RARE_FIRST = 'zqjxkvbwyfghmpucdlnsriatoe';

/** A text of letters, digits and blanks that is looked for in bytes, whatever its case. */
export class Needle {
  private readonly expression: RegExp;
  /** Both cases of its rarest letter; none when it has no letter. */
  private readonly rarest: readonly number[];

  constructor(text: string) {
    this.expression = new RegExp(text, 'i');
    const letter = [...RARE_FIRST].find((each) => text.toLowerCase().includes(each)) ?? '';
    this.rarest = [...letter, ...letter.toUpperCase()].map((each) => each.charCodeAt(0));
  }

  isIn(bytes: Buffer): boolean {
    // A single byte is found many times faster than a text.
    if (this.rarest.length > 0 && this.rarest.every((letter) => !bytes.includes(letter))) return false;
    return this.expression.test(bytes.toString('latin1'));
  }
}
