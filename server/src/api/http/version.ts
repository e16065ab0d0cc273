import type { IncomingMessage } from 'node:http';
import { NEWEST_VERSION, OLDEST_VERSION } from '../../engine/engine.js';
import { invalidParameter } from '../../base/errors.js';

const asked = new WeakMap<IncomingMessage, string>();

/** The API version a request asks for; the newest when it names none. */
export function versionOf(request: IncomingMessage): string {
  return asked.get(request) ?? NEWEST_VERSION;
}

/** Orders versions such as '1.9' and '1.24'. Negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** @throws InvalidParameter when the daemon does not speak the version asked for */
export function checkVersion(version: string): void {
  if (compareVersions(version, NEWEST_VERSION) > 0)
    throw invalidParameter(`client version ${version} is too new. Maximum supported API version is ${NEWEST_VERSION}`);
  if (compareVersions(version, OLDEST_VERSION) < 0)
    throw invalidParameter(
      `client version ${version} is too old. Minimum supported API version is ${OLDEST_VERSION}, please upgrade your client to a newer version`,
    );
}

/** Verbs behind a name that may contain slashes, and the words that stand in place of a name. */
const NAMED = /^\/(images|distribution|plugins)\/(.+?)(\/(?:json|history|push|tag|get|attestations|enable|disable|set|upgrade))?$/;
const VERBS = /^(?:json|search|create|load|get|prune|pull|privileges)$/;

/**
 * The path routes are matched on: without the version prefix, and with the slashes of image names encoded.
 * Remembers the version for `versionOf`.
 */
export function canonicalUrl(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const cut = url.indexOf('?');
  let path = cut < 0 ? url : url.slice(0, cut);
  const query = cut < 0 ? '' : url.slice(cut);
  const prefix = /^\/v(\d+\.\d+)(?=\/)/.exec(path);
  if (prefix?.[1]) {
    asked.set(request, prefix[1]);
    path = path.slice(prefix[0].length);
  }
  // A legacy link is removed by its name, which has a slash.
  if (request.method === 'DELETE') path = path.replace(/^\/containers\/([^/]+)\/([^/]+)$/, '/containers/$1%2F$2');
  const named = NAMED.exec(path);
  if (named?.[2] && !(named[3] === undefined && VERBS.test(named[2]))) path = `/${named[1]}/${encodeName(named[2])}${named[3] ?? ''}`;
  return path + query;
}

/** Encodes a name once, whether or not the client has done so already. */
function encodeName(name: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(name));
  } catch {
    return encodeURIComponent(name);
  }
}
