import { invalidParameter } from '../base/errors.js';

/** A variable that a text uses. */
export interface Use {
  readonly name: string;
  /** True when the text says what stands in when it is not set. */
  readonly fallback: boolean;
}

type Lookup = (name: string) => string | undefined;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^(:-|-|:\?|\?|:\+|\+)/;

/**
 * Puts in the variables of a text: `$NAME`, `${NAME}`, `${NAME:-or}`, `${NAME-or}`, `${NAME:?why}`, `${NAME?why}`, `${NAME:+then}`,
 * `${NAME+then}`, nested; `$$` is a dollar sign.
 * @param lookup gives a variable's value, undefined when it is not set
 * @param used is called with every variable that is looked at
 * @throws InvalidParameter for a form that is none, and for a variable that `?` asks for
 * @see https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
 */
export function interpolate(text: string, lookup: Lookup, used: (use: Use) => void = () => {}): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const rest = text.slice(dollar + 1);
    if (rest.startsWith('$')) {
      result += '$';
      at = dollar + 2;
    } else if (rest.startsWith('{')) {
      const end = closingBrace(text, dollar + 2);
      if (end < 0) throw invalidParameter(`invalid interpolation format: ${JSON.stringify(text)}: the brace is not closed`);
      result += expand(text.slice(dollar + 2, end), lookup, used);
      at = end + 1;
    } else {
      const [name] = NAME.exec(rest) ?? [];
      if (!name) throw invalidParameter(`invalid interpolation format: ${JSON.stringify(text)}: write $$ for a dollar sign`);
      used({ name, fallback: false });
      result += lookup(name) ?? '';
      at = dollar + 1 + name.length;
    }
  }
  return result;
}

/** What stands between the braces. */
function expand(inner: string, lookup: Lookup, used: (use: Use) => void): string {
  const [name = ''] = NAME.exec(inner) ?? [];
  const rest = inner.slice(name.length);
  const [operator = ''] = OPERATOR.exec(rest) ?? [];
  if (!name || (rest !== '' && !operator)) throw invalidParameter(`invalid interpolation format: \${${inner}}`);
  const other = () => interpolate(rest.slice(operator.length), lookup, used);
  used({ name, fallback: operator !== '' });
  const value = lookup(name);
  const counts = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('+')) return counts ? other() : '';
  if (counts) return value ?? '';
  if (operator.endsWith('?')) throw invalidParameter(`required variable ${name} is missing a value: ${other() || 'it must be set'}`);
  return operator ? other() : '';
}

/** Where the brace that was opened before `from` closes; -1 for nowhere. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
