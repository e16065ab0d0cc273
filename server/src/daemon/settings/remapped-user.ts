import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IdRange, UserMapping } from '../../base/config.js';
import { invalidParameter, messageOf } from '../../base/errors.js';

/** The account that `default` stands for, as dockerd calls it. */
const DEFAULT_NAME = 'dockremap';
const RANGE_SIZE = 65536;
/** Where ranges of accounts begin by convention (login.defs(5), SUB_UID_MIN). */
const FIRST_RANGE = 100000;

interface Account {
  readonly name: string;
  readonly id: string;
}

/**
 * Whose subordinate IDs containers have, by what --userns-remap says: `default`, `user`, `user:group`, in names or numbers.
 * @param mayMake the account that `default` stands for is made where it is missing
 * @returns undefined when nothing is remapped: root cannot be mapped to itself
 * @throws InvalidParameter in dockerd's words
 */
export function remappedUser(text: string | undefined, mayMake: boolean): UserMapping | undefined {
  if (!text) return undefined;
  const [userPart = '', groupPart, ...more] = text.split(':');
  if (more.length > 0) throw invalidParameter(`Invalid user/group specification in --userns-remap: "${text}"`);
  const isDefault = userPart === 'default';
  if (isDefault && mayMake) ensureDefaultUser();
  const user = findUser(isDefault ? DEFAULT_NAME : userPart);
  if (user === undefined) {
    if (isDefault) return undefined;
    throw missing(userPart, 'Uid', 'uid', '/etc/passwd');
  }
  const wantedGroup = groupPart ?? (isDefault ? DEFAULT_NAME : userPart);
  const group = findIn('/etc/group', wantedGroup);
  if (group === undefined) throw missing(wantedGroup, 'Gid', 'gid', '/etc/group');
  if (user.name === 'root') return undefined;
  const uids = ranges('/etc/subuid', user, 'subuid');
  const gids = ranges('/etc/subgid', group, 'subgid');
  return { name: `${user.name}:${group.name}`, uids, gids, uid: uids[0]!.hostID, gid: gids[0]!.hostID };
}

function missing(name: string, numeric: string, named: string, file: string): Error {
  if (/^\d+$/.test(name)) return invalidParameter(`${numeric} ${name} has no entry in ${file}`);
  return invalidParameter(`Error during ${named} lookup for "${name}": no matching entries in ${file.slice(5)} file`);
}

const findUser = (wanted: string) => findIn('/etc/passwd', wanted);

/** An entry of passwd(5) or group(5), by its name or number. */
function findIn(file: string, wanted: string): Account | undefined {
  for (const [name = '', , id = ''] of fields(file)) if ((/^\d+$/.test(wanted) ? id : name) === wanted) return { name, id };
  return undefined;
}

/** The ranges of an account in subuid(5): containers count through them one after another. */
function ranges(file: string, { name, id }: Account, kind: string): [IdRange, ...IdRange[]] {
  const found: IdRange[] = [];
  let containerID = 0;
  for (const [owner, start, count] of fields(file)) {
    if (owner !== name && owner !== id) continue;
    const range = { containerID, hostID: Number(start), size: Number(count) };
    if (!(range.hostID > 0) || !(range.size > 0))
      throw invalidParameter(`Can't create ID mappings: ${file} has a broken range for ${name}`);
    found.push(range);
    containerID += range.size;
  }
  const [first, ...rest] = found;
  if (first === undefined) throw invalidParameter(`Can't create ID mappings: no ${kind} ranges found for user "${name}" in ${file}`);
  return [first, ...rest];
}

function fields(file: string): string[][] {
  const lines = read(file).split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).map((line) => line.trim().split(':'));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw invalidParameter(`--userns-remap needs ${file}: ${messageOf(error)}`, error);
  }
}

/** Makes the account and its ranges, behind all others, where they are missing. */
function ensureDefaultUser(): void {
  try {
    if (!findUser(DEFAULT_NAME)) execFileSync('useradd', ['--system', '--user-group', '--shell', '/bin/false', DEFAULT_NAME]);
    for (const [file, flag] of [
      ['/etc/subuid', '--add-subuids'],
      ['/etc/subgid', '--add-subgids'],
    ] as const) {
      const all = fields(file);
      if (all.some(([owner]) => owner === DEFAULT_NAME)) continue;
      const start = Math.max(FIRST_RANGE, ...all.map(([, first, count]) => Number(first) + Number(count)));
      execFileSync('usermod', [flag, `${start}-${start + RANGE_SIZE - 1}`, DEFAULT_NAME]);
    }
  } catch (error) {
    throw invalidParameter(`Error during "${DEFAULT_NAME}" user creation: ${messageOf(error)}`, error);
  }
}
