import { normalize } from 'node:path';
import { invalidParameter } from '../../../base/errors.js';
import { checkedRef, readRepository } from '../../../engine/git/index.js';
import type { GitRequest, GitSource, GitStack } from './source.js';

/** Shortest time between two looks at a repository, in seconds. */
const SHORTEST_POLL = 10;

/** What a request comes to. @param before that it changes; undefined for a new one @throws InvalidParameter */
export function readRequest(request: GitRequest, before?: GitStack): GitSource {
  const url = readRepository(request.url.trim());
  const { user, token, poll } = request;
  if ((user !== '' || token) && !/^https?:/.test(url))
    throw invalidParameter('a user and a token are for addresses that begin with https://');
  if (user === '' && token) throw invalidParameter('a token needs the name of its user');
  if (user.includes('\n') || token?.includes('\n')) throw invalidParameter('user and token are one line each');
  if (user !== '' && token === undefined && before?.token && url !== before.source.url)
    throw invalidParameter('the repository is another one: give the token again');
  if (poll !== 0 && poll < SHORTEST_POLL) throw invalidParameter(`look at the repository every ${SHORTEST_POLL} seconds at most`);
  return { url, ref: checkedRef(request.ref.trim()), path: readPath(request.path.trim()), user, poll };
}

/** A path that stays in the repository. */
function readPath(given: string): string {
  const path = normalize(given || 'compose.yaml').replace(/^\.\//, '');
  // eslint-disable-next-line no-control-regex
  if (/^\.\.(?:\/|$)|^\/|\/$|[\u0000-\u001f\u007f]/.test(path) || !/\.ya?ml$/.test(path))
    throw invalidParameter(`${JSON.stringify(given)} is no path of a Compose file in the repository, such as deploy/compose.yaml`);
  return path;
}
