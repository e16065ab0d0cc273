import { setFlagsFromString } from 'node:v8';
import { invalidParameter } from './errors.js';

// V8's second engine walks all alternatives at once, as RE2 does; only patterns with the flag "l" use it.
setFlagsFromString('--enable-experimental-regexp-engine');

const LINEAR = 'l';

/** Deeply nested patterns take their time to compile, too. */
const LONGEST = 1000;

/**
 * A regular expression from a client, matched in time linear to the text: no pattern can hold the daemon up.
 * What would need backtracking (look-around, references to groups, large counts) is refused.
 * @param dotAll "." matches the end of a line, too
 * @param longest characters that the pattern may have
 * @throws InvalidParameter
 */
export function linearPattern(source: string, { dotAll = false, longest = LONGEST } = {}): RegExp {
  if (source.length > longest) throw invalidParameter(`the pattern is longer than ${longest} characters`);
  try {
    return new RegExp(source, dotAll ? `${LINEAR}s` : LINEAR);
  } catch (error) {
    throw invalidParameter(`invalid pattern ${JSON.stringify(source)}`, error);
  }
}
