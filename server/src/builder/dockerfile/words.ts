import { invalidParameter } from '../../base/errors.js';
import { matchPrefix, matchSuffix, replacePattern } from './pattern.js';

/** Values of variables by name, as ENV and ARG have set them. */
export type Variables = ReadonlyMap<string, string>;

/** Puts values in the place of variables and takes quotes away: one word, or as many as there are. */
export interface Expander {
  word(text: string): string;
  words(text: string): string[];
  /** A text whose quotes mean nothing. */
  text(text: string): string;
}

/** `NAME=value` entries by name. */
export function variablesOf(env: readonly string[]): Variables {
  return new Map(env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]));
}

/** The ways of a Dockerfile whose escape character is `escape`. Its errors are InvalidParameter. */
export function expander(variables: Variables, escape: string): Expander {
  return {
    word: (text) => new Lexer(text.trim(), variables, escape).whole(),
    words: (text) => new Lexer(text.trim(), variables, escape).split(),
    text: (text) => new Lexer(text, variables, escape).plain(),
  };
}

/**
 * Splits at white space and leaves quotes, escapes and variables as they stand; quotes hold words together.
 * @param escape the Dockerfile's escape character
 */
export function splitRaw(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === escape && quote !== "'" && at + 1 < text.length) word += character + text[++at];
    else if (quote === '' && /\s/.test(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      if (character === quote) quote = '';
      else if (quote === '' && (character === '"' || character === "'")) quote = character;
      word += character;
    }
  }
  return word === '' ? words : [...words, word];
}

const NAME = /^(?:[A-Za-z_]\w*|[0-9@*#?!$-])/;

/** Variables in the words of variables. */
const MOST_NESTED = 100;

class Lexer {
  private at = 0;
  private readonly words: string[] = [];
  private word = '';
  private started = false;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly variables: Variables,
    private readonly escape: string,
  ) {}

  whole(): string {
    return this.readUntil('');
  }

  plain(): string {
    let value = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (character === '$') value += this.variable();
      else if (character === this.escape && this.text[this.at + 1] === '$') {
        value += '$';
        this.at += 2;
      } else {
        value += character;
        this.at++;
      }
    }
    return value;
  }

  /** What an unquoted variable stands for is split like what is written. */
  split(): string[] {
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (/\s/.test(character)) {
        this.end();
        this.at++;
      } else if (character === '$') this.spread(this.variable());
      else this.add(this.piece(character));
    }
    this.end();
    return this.words;
  }

  private add(text: string): void {
    this.word += text;
    this.started = true;
  }

  private spread(value: string): void {
    const [first = '', ...rest] = value.split(/\s+/);
    if (first !== '') this.add(first);
    for (const each of rest) {
      this.end();
      if (each !== '') this.add(each);
    }
  }

  private end(): void {
    if (this.started) this.words.push(this.word);
    this.word = '';
    this.started = false;
  }

  /** One word up to the character `stop`, which is passed over. */
  private readUntil(stop: string): string {
    let value = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (stop.includes(character) && stop !== '') {
        this.at++;
        return value;
      }
      value += character === '$' ? this.variable() : this.piece(character);
    }
    if (stop !== '') throw invalidParameter(`unexpected end of statement while looking for matching ${stop}`);
    return value;
  }

  private piece(character: string): string {
    this.at++;
    if (character === "'") return this.singleQuoted();
    if (character === '"') return this.doubleQuoted();
    if (character !== this.escape) return character;
    return this.at < this.text.length ? (this.text[this.at++] as string) : '';
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at);
    if (end < 0) throw unclosed('single');
    const value = this.text.slice(this.at, end);
    this.at = end + 1;
    return value;
  }

  private doubleQuoted(): string {
    let value = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (character === '"') {
        this.at++;
        return value;
      }
      if (character === '$') value += this.variable();
      else {
        this.at++;
        const next = this.text[this.at];
        if (character === this.escape && next !== undefined && ['"', '$', this.escape].includes(next)) {
          value += next;
          this.at++;
        } else value += character;
      }
    }
    throw unclosed('double');
  }

  private variable(): string {
    this.at++;
    if (this.text[this.at] !== '{') {
      const name = this.name();
      return name === '' ? '$' : (this.variables.get(name) ?? '');
    }
    this.at++;
    const name = this.name();
    if (name === '') throw invalidParameter('syntax error: bad substitution');
    if (++this.depth > MOST_NESTED) throw invalidParameter(`variables are nested more than ${MOST_NESTED} deep`);
    const value = this.modified(name);
    this.depth--;
    return value;
  }

  private name(): string {
    const name = NAME.exec(this.text.slice(this.at, this.at + 256))?.[0] ?? '';
    this.at += name.length;
    return name;
  }

  /** What comes after the name in braces: nothing, a default, a test, a pattern. */
  private modified(name: string): string {
    const value = this.variables.get(name);
    const operator = /^(?:\}|:[-+?]|[-+?]|##?|%%?|\/\/?)/.exec(this.text.slice(this.at, this.at + 2))?.[0];
    if (operator === undefined) {
      if (this.at >= this.text.length) throw invalidParameter("syntax error: missing '}'");
      throw invalidParameter(`unsupported modifier (${this.text.slice(this.at, this.at + 2)}) in substitution`);
    }
    this.at += operator.length;
    if (operator === '}') return value ?? '';
    if (operator.startsWith('/')) return this.replaced(value ?? '', operator === '//');
    const word = this.readUntil('}');
    if (operator.startsWith('#')) return matchPrefix(value ?? '', word, operator === '##');
    if (operator.startsWith('%')) return matchSuffix(value ?? '', word, operator === '%%');
    const missing = operator.startsWith(':') ? (value ?? '') === '' : value === undefined;
    if (operator.endsWith('+')) return missing ? '' : word;
    if (missing && operator.endsWith('?')) {
      throw invalidParameter(`failed to process "\${${name}${operator}${word}}": ${name}: ${word || 'not allowed to be unset'}`);
    }
    return missing ? word : (value ?? '');
  }

  private replaced(value: string, all: boolean): string {
    const pattern = this.readUntil('/');
    return replacePattern(value, pattern, this.readUntil('}'), all);
  }
}

function unclosed(kind: string): Error {
  return invalidParameter(`unexpected end of statement while looking for matching ${kind}-quote`);
}
