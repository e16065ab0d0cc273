/**
 * The longest text that whatever a regular expression (ECMAScript, flag u) matches must hold.
 * @returns '' when there is none that can be told: with alternatives, or with nothing but classes and groups
 */
export function requiredText(expression: string): string {
  const texts: string[] = [''];
  const cut = () => texts.push('');
  for (let at = 0; at < expression.length;) {
    const atom = atomAt(expression, at);
    if (atom.text === '|') return '';
    at += atom.length;
    const quantifier = /^(?:[*+?]|\{[^}]*\})\??/.exec(expression.slice(at))?.[0] ?? '';
    at += quantifier.length;
    const { literal } = atom;
    if (literal === undefined || /^[*?{]/.test(quantifier)) cut();
    else texts[texts.length - 1] += literal;
    if (quantifier) cut();
  }
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

interface Atom {
  readonly text: string;
  readonly length: number;
  /** What it stands for; undefined for what stands for more than one text, or for none. */
  readonly literal?: string;
}

function atomAt(expression: string, at: number): Atom {
  const sign = String.fromCodePoint(expression.codePointAt(at)!);
  if (sign === '(' || sign === '[') {
    const text = expression.slice(at, closing(expression, at));
    return { text, length: text.length };
  }
  if (sign === '\\') return escapeAt(expression, at);
  return { text: sign, length: sign.length, ...(!'.^$|'.includes(sign) && { literal: sign }) };
}

/** `\.` stands for itself; `\d`, `\u{1F600}`, `\k<name>` and the like are taken to stand for anything. */
function escapeAt(expression: string, at: number): Atom {
  const text = /^\\(?:[pPu]\{[^}]*\}|k<[^>]*>|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|\d+|[^])/u.exec(expression.slice(at))?.[0] ?? '\\';
  const literal = /^\\[^a-zA-Z0-9]$/u.test(text) ? text.slice(1) : undefined;
  return { text, length: text.length, ...(literal !== undefined && { literal }) };
}

/** Where the class or group that begins at `at` is over. */
function closing(expression: string, at: number): number {
  let depth = 0;
  for (let next = at; next < expression.length; next++) {
    const sign = expression[next];
    if (sign === '\\') next++;
    else if (sign === '[') next = classEnd(expression, next);
    else if (sign === '(') depth++;
    else if (sign === ')') depth--;
    if (depth === 0) return next + 1;
  }
  return expression.length;
}

function classEnd(expression: string, at: number): number {
  for (let next = at + 1; next < expression.length; next++) {
    if (expression[next] === '\\') next++;
    else if (expression[next] === ']') return next;
  }
  return expression.length;
}
