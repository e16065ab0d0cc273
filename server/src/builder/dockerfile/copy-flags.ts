import { invalidParameter } from '../../base/errors.js';
import { needsBuildKit, readFlags, type Rest } from './flags.js';
import { openHeredoc } from './heredoc.js';
import type { Copy } from './instruction.js';
import { parseArray } from './json-form.js';
import { splitRaw } from './words.js';

const TAKEN = { COPY: ['from', 'chown', 'chmod'], ADD: ['chown', 'chmod', 'checksum'] } as const;
/** What only BuildKit does. */
const OTHERS = ['link', 'parents', 'exclude', 'keep-git-dir', 'unpack'];

/** Reads COPY or ADD. @throws InvalidParameter */
export function parseCopy(name: 'COPY' | 'ADD', { text, heredocs, escape }: Rest): Copy {
  const { flags, rest } = readFlags(name, text, escape, [...TAKEN[name], ...OTHERS]);
  for (const flag of OTHERS) if (flags.has(flag)) throw needsBuildKit(flag);
  const words = parseArray(rest) ?? splitRaw(rest, escape);
  const destination = words.at(-1);
  const sources = words.slice(0, -1).filter((word) => !openHeredoc(word));
  if (words.length < 2 || destination === undefined) {
    throw invalidParameter(`${name} requires at least two arguments, but only one was provided. Destination could not be determined.`);
  }
  if (openHeredoc(destination)) throw invalidParameter(`${name} requires a destination after its here-documents`);
  const checksum = flags.get('checksum');
  if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum))
    throw invalidParameter(`ADD --checksum=${checksum} is no sha256 digest`);
  return { name, sources, destination, heredocs, from: flags.get('from'), chown: flags.get('chown'), chmod: flags.get('chmod'), checksum };
}
