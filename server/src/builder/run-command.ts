import type { ImageConfig } from '../api/generated/types.gen.js';
import { commandWords, shellOf } from './dockerfile/change-config.js';
import { heredocContent, openHeredoc } from './dockerfile/heredoc.js';
import type { Run } from './dockerfile/instruction.js';

export interface RunCommand {
  readonly command: readonly string[];
  readonly script?: { readonly path: string; readonly content: string };
}

/** Where a here-document that is a script of its own is seen. */
const SCRIPTS = '/dev/pipes';

/**
 * What a RUN runs. A here-document alone is what its shell is given, or, when it begins with `#!`, a script; one among other
 * words is the shell's own.
 */
export function runCommand(config: ImageConfig, { command, heredocs }: Run): RunCommand {
  const [first] = heredocs;
  const [line = ''] = command.words;
  if (!first || !command.shell) return { command: commandWords(config, command) };
  if (!openHeredoc(line)) {
    return { command: [...shellOf(config), `${line}\n${heredocs.map(({ content, name }) => `${content}${name}`).join('\n')}`] };
  }
  const content = heredocContent(first);
  if (!content.startsWith('#!')) return { command: [...shellOf(config), content] };
  const path = `${SCRIPTS}/${first.name.replaceAll('/', '_')}`;
  return { command: [path], script: { path, content } };
}
