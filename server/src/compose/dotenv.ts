import { invalidParameter } from '../base/errors.js';
import { interpolate } from './variables.js';

/**
 * Reads a file of `NAME=value` lines as Compose does: `export`, comments, quotes over several lines, escapes in double quotes,
 * variables in all but single quotes. A name without `=` is one that the surroundings may set.
 * @param outer values of variables from before this file
 * @throws InvalidParameter naming the line
 */
export function parseDotenv(content: string, outer: (name: string) => string | undefined = () => undefined): Map<string, string> {
  const values = new Map<string, string>();
  const lookup = (name: string) => values.get(name) ?? outer(name);
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const number = at + 1;
    const line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, separator, rest = ''] = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:([=:])\s*(.*))?$/s.exec(line) ?? [];
    if (name === undefined) throw invalidParameter(`line ${number}: ${JSON.stringify(line)} is not NAME=value`);
    if (separator === undefined) {
      const inherited = outer(name);
      if (inherited !== undefined) values.set(name, inherited);
      continue;
    }
    const quote = /^["']/.exec(rest)?.[0];
    if (!quote) {
      values.set(name, interpolate(rest.replace(/(^|\s)#.*$/, '').trim(), lookup));
      continue;
    }
    let value = rest.slice(1);
    while (closing(value, quote) < 0) {
      if (++at >= lines.length) throw invalidParameter(`line ${number}: the quote of ${name} is not closed`);
      value += `\n${lines[at]}`;
    }
    value = value.slice(0, closing(value, quote));
    values.set(name, quote === "'" ? value : interpolate(unescape(value), lookup));
  }
  return values;
}

/** Where the value ends; a quote after a backslash does not end it. */
function closing(value: string, quote: string): number {
  for (let at = 0; at < value.length; at++) {
    if (quote === '"' && value[at] === '\\') at++;
    else if (value[at] === quote) return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' };

function unescape(value: string): string {
  return value.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
}
