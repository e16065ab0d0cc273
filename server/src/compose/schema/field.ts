/** What a value may look like. `text` takes every scalar; `strings` a list of scalars; `pairs` a mapping of scalars or a list of `NAME=value`. */
export type Shape =
  'text' | 'number' | 'boolean' | 'size' | 'duration' | 'strings' | 'pairs' | 'command' | 'any' | 'fields' | 'named' | 'items';

/** One key of a Compose file: what it takes, and what people are told of it. */
export interface Field {
  readonly takes: readonly Shape[];
  readonly help: string;
  /** Words that are offered; `only` refuses others. */
  readonly words?: readonly string[];
  readonly only?: boolean;
  /** Keys of a mapping (`fields`), of each value of a mapping by name (`named`), or of each item of a list (`items`). */
  readonly fields?: Fields;
  /** Set for what is read and not acted on, with the reason. */
  readonly ignored?: string;
}

export type Fields = Readonly<Record<string, Field>>;

const field =
  (...takes: Shape[]) =>
  (help: string, more: Omit<Field, 'takes' | 'help'> = {}): Field => ({ takes, help, ...more });

export const text = field('text');
export const number = field('number');
export const boolean = field('boolean');
export const size = field('size');
export const duration = field('duration');
export const strings = field('strings');
export const textOrStrings = field('text', 'strings');
export const pairs = field('pairs');
export const command = field('command');
export const any = field('any');
export const fields = (help: string, of: Fields): Field => ({ takes: ['fields'], help, fields: of });
export const textOrFields = (help: string, of: Fields): Field => ({ takes: ['text', 'fields'], help, fields: of });
export const named = (help: string, of: Fields): Field => ({ takes: ['named'], help, fields: of });
export const listOf = (help: string, of: Fields): Field => ({ takes: ['items'], help, fields: of });
/** A list of names, or a mapping of names to keys. */
export const namesOr = (help: string, of: Fields): Field => ({ takes: ['strings', 'named'], help, fields: of });
export const ignored = (help: string, reason: string): Field => ({ takes: ['any'], help, ignored: reason });
