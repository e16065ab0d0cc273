import { readFile, realpath } from 'node:fs/promises';
import { invalidParameter } from '../../../base/errors.js';
import type { ContainerMount } from '../../../container/mount.js';

/** A mount of this process's namespace: where it is, and its optional fields such as shared:1 and master:2. */
interface HostMount {
  readonly point: string;
  readonly fields: readonly string[];
}

/**
 * Checks that mounts can go between the host and a bind that is to let them through: the mount its source is on is shared.
 * @throws InvalidParameter in Docker's words
 */
export async function checkPropagation({ source, propagation }: ContainerMount): Promise<void> {
  const kind = propagation.replace(/^r/, '');
  if (kind !== 'shared' && kind !== 'slave') return;
  const path = await realpath(source);
  const { point, fields } = mountOf(await readFile('/proc/self/mountinfo', 'utf8'), path);
  const isShared = fields.some((field) => field.startsWith('shared:'));
  if (isShared || (kind === 'slave' && fields.some((field) => field.startsWith('master:')))) return;
  throw invalidParameter(`path ${source} is mounted on ${point} but it is not a shared${kind === 'slave' ? ' or slave' : ''} mount`);
}

/** The mount that `path` is on, by proc_pid_mountinfo(5): the last of those that cover most of it. */
function mountOf(mountinfo: string, path: string): HostMount {
  let found: HostMount = { point: '', fields: [] };
  for (const line of mountinfo.split('\n').filter(Boolean)) {
    const words = line.split(' ');
    const point = (words[4] ?? '').replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const covers = point === '/' || path === point || path.startsWith(`${point}/`);
    if (covers && point.length >= found.point.length) found = { point, fields: words.slice(6, words.indexOf('-')) };
  }
  return found;
}
