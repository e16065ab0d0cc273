import { Script } from 'node:vm';
import { invalidParameter } from '../../../base/errors.js';
import { requiredText } from '../../../base/literal.js';

/** Of a longer line only so many characters are looked at. */
const SEARCHED = 16 * 1024;
/** An expression that takes longer over a piece of a log goes wrong exponentially; milliseconds. */
const LONGEST = 500;
const HANDOVER = Symbol.for('slipway.log-pattern');
/** V8 can break off a regular expression, but only where a script is run with a time limit. */
const limited = new Script(`globalThis[Symbol.for('slipway.log-pattern')]()`);
// eslint-disable-next-line no-control-regex -- what colours are made of
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** What is searched for, by text or by regular expression; without a capital letter the case does not matter. */
export class LogPattern {
  private readonly expression: RegExp;
  /** A text that every hit holds, in lower case and of letters, digits and blanks; '' when none is known. */
  readonly needle: string;

  /** @throws InvalidParameter for what is no regular expression */
  constructor(text: string, regex: boolean) {
    try {
      this.expression = new RegExp(regex ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), /[A-Z]/.test(text) ? 'u' : 'iu');
    } catch (error) {
      throw invalidParameter(`not a regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`);
    }
    this.needle = plainest(regex ? requiredText(text) : text).toLowerCase();
  }

  /** @throws InvalidParameter for what is no regular expression */
  static check(expression: string): void {
    void new LogPattern(expression, true);
  }

  /** The lines that hit. @throws InvalidParameter when the expression takes too long */
  filter<Line extends { readonly text: string }>(lines: readonly Line[]): Line[] {
    const { expression } = this;
    const shared = globalThis as unknown as Record<symbol, unknown>;
    shared[HANDOVER] = () => lines.filter(({ text }) => expression.test(plain(text)));
    try {
      return limited.runInThisContext({ timeout: LONGEST }) as Line[];
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw invalidParameter('this expression takes too long: make it simpler');
    } finally {
      delete shared[HANDOVER];
    }
  }
}

function plain(text: string): string {
  const part = text.length > SEARCHED ? text.slice(0, SEARCHED) : text;
  return part.includes('\u001b') ? part.replace(ANSI, '') : part;
}

/** The longest part of a text that stands in a log as it is, however the log is written down. */
function plainest(text: string): string {
  return text.split(/[^A-Za-z0-9 ]/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
