import { splitRaw } from './words.js';

/** A here-document whose content is still to be read. */
export interface OpenHeredoc {
  readonly name: string;
  /** `<<-`: tabs at the beginning of its lines are taken away. */
  readonly chomp: boolean;
  /** Its name was not quoted: variables in it are put in. */
  readonly expand: boolean;
}

export interface Heredoc extends OpenHeredoc {
  readonly content: string;
}

const OPENING = /^\d*<<(-?)([^<]+)$/;

/** The here-document that a word such as `<<EOF` opens, if it does. */
export function openHeredoc(word: string): OpenHeredoc | undefined {
  const [, dash, quoted = ''] = OPENING.exec(word) ?? [];
  if (quoted === '') return undefined;
  const name = quoted.replace(/["'\\]/g, '');
  return name === '' ? undefined : { name, chomp: dash === '-', expand: name === quoted };
}

/** The here-documents that a line opens, in their order. */
export function heredocsOf(line: string, escape: string): OpenHeredoc[] {
  return splitRaw(line, escape).flatMap((word) => openHeredoc(word) ?? []);
}

/** What is in it, as it is meant. */
export function heredocContent({ content, chomp }: Heredoc): string {
  return chomp ? content.replace(/^\t+/gm, '') : content;
}
