/**
 * Cuts a command into words as a POSIX shell would, quotes and backslashes only; nothing is expanded.
 * @throws Error when a quote is not closed
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && quote !== "'" && at + 1 < text.length) word = (word ?? '') + text[++at];
    else if (quote) {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote) throw new Error(`a quote (${quote}) is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

/** Writes words so that a shell reads them back as they are. */
export const joinCommand = (words: readonly string[]): string => words.map(quoteWord).join(' ');

const quoteWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
