import { invalidParameter } from '../../base/errors.js';

/** Who a process runs as. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** The primary group first. */
  readonly additionalGids: readonly number[];
  readonly home: string;
}

/** /etc/passwd and /etc/group of the rootfs, '' where there is none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2147483647;

/**
 * Finds who `user` ("", "name", "uid", "name:group", "uid:gid") is. Digits always mean a number, never an account of that name.
 * @param groupAdd further groups, by name or number
 * @throws InvalidParameter when there is no such user or group, or a number is out of range
 */
export function resolveUser(user: string, files: UserFiles, groupAdd: readonly string[] = []): ResolvedUser {
  const [userPart = '', groupPart = ''] = user.split(':', 2);
  const account = findAccount(userPart, parsePasswd(files.passwd));
  const groups = parseGroups(files.group);
  const gid = groupPart === '' ? account.gid : findGroup(groupPart, groups);
  const memberOf = groupPart === '' && account.name !== '' ? groups.filter((group) => group.members.includes(account.name)) : [];
  const added = groupAdd.map((name) => findGroup(name, groups));
  const additionalGids = [...new Set([gid, ...memberOf.map((group) => group.gid), ...added])];
  return { uid: account.uid, gid, additionalGids, home: account.home };
}

function findAccount(user: string, accounts: readonly Account[]): Account {
  if (user === '' || /^-?\d+$/.test(user)) {
    const uid = parseId(user || '0');
    return accounts.find((account) => account.uid === uid) ?? { name: '', uid, gid: 0, home: '/' };
  }
  const found = accounts.find((account) => account.name === user);
  if (!found) throw invalidParameter(`unable to find user ${user}: no matching entries in passwd file`);
  return found;
}

function findGroup(name: string, groups: readonly Group[]): number {
  if (/^-?\d+$/.test(name)) return parseId(name);
  const found = groups.find((group) => group.name === name);
  if (!found) throw invalidParameter(`unable to find group ${name}: no matching entries in group file`);
  return found.gid;
}

function parseId(digits: string): number {
  const id = Number(digits);
  if (id < 0 || id > MAX_ID) throw invalidParameter(`invalid user or group ${digits}: uids and gids must be in range 0-${MAX_ID}`);
  return id;
}

/** Entries of passwd(5); lines that are none are passed over, as libc does. */
function parsePasswd(text: string): Account[] {
  return lines(text).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home: home || '/' }] : [],
  );
}

/** Entries of group(5). */
function parseGroups(text: string): Group[] {
  return lines(text).flatMap(([name = '', , gid = '', members = '']) =>
    isId(gid) ? [{ name, gid: Number(gid), members: members.split(',').map((member) => member.trim()) }] : [],
  );
}

function lines(text: string): string[][] {
  return text.split('\n').map((line) => line.trim().split(':'));
}

function isId(digits: string): boolean {
  return /^\d{1,10}$/.test(digits) && Number(digits) <= MAX_ID;
}
