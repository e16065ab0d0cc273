import type { ImageConfig } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { changeConfig } from './change-config.js';
import type { ConfigInstruction } from './instruction.js';
import { isInstruction, parseInstruction } from './parse-instruction.js';
import { expander, variablesOf } from './words.js';

/** The instructions that `docker commit --change` and `docker import --change` take. */
const CHANGES = new Set([
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'ONBUILD',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);
const ESCAPE = '\\';

/**
 * What an image's config becomes by instructions of a Dockerfile.
 * @param changes lines, or several lines in one
 * @throws InvalidParameter naming the instruction
 */
export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig {
  const lines = changes
    .join('\n')
    .replace(/\\[ \t]*\n/g, '')
    .split('\n');
  let result = config;
  let hasCommand = false;
  for (const text of lines.map((each) => each.trim()).filter((each) => each !== '' && !each.startsWith('#'))) {
    const [name = ''] = text.split(/\s/, 1);
    if (!isInstruction(name) || !CHANGES.has(name.toUpperCase())) throw invalidParameter(`${name} is not a valid change command`);
    const instruction = parseInstruction({ text, heredocs: [] }, ESCAPE) as ConfigInstruction;
    result = changeConfig(result, instruction, expander(variablesOf(result.Env ?? []), ESCAPE), hasCommand).config;
    hasCommand ||= instruction.name === 'CMD';
  }
  return result;
}
