import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { PasskeyPlace } from '../../../auth/second-factor/passkeys.js';
import { invalidParameter } from '../../../base/errors.js';

/**
 * The page that a request comes from; the request policy has seen that Host and Origin are this daemon's.
 * @throws InvalidParameter for a page at an address: browsers keep passkeys for names only
 */
export function placeOf({ headers }: FastifyRequest): PasskeyPlace {
  const { origin } = headers;
  if (!origin) throw invalidParameter('a passkey is for a web page: the request says no Origin');
  const host = new URL(origin).hostname;
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0)
    throw invalidParameter(`browsers have no passkeys for ${host}: open the dashboard by a name, such as localhost`);
  return { host, origin };
}
