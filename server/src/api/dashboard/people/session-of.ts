import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignedIn } from '../../../auth/access.js';
import { CodeNeeded } from '../../../auth/second-factor/code-needed.js';
import type { Origin, Session } from '../../../auth/sessions.js';
import { TooManyAttempts } from '../../../auth/too-many-attempts.js';
import { unauthorized } from '../../../base/errors.js';
import { PRODUCT } from '../../../base/product.js';
import type { Session as SessionAnswer } from '../../generated/dashboard/types.gen.js';
import { Rights } from '../../../engine/access/index.js';
import { authorOf, setAuthor } from '../../http/requester.js';
import { setSessionCookie } from './cookie.js';

/** The session of a request whose rule is `session`. */
export function sessionOf(request: FastifyRequest): Session {
  const session = authorOf(request)?.session as Session | undefined;
  if (!session) throw unauthorized('sign in first');
  return session;
}

/** Where a request comes from; not what a forwarding header claims: anybody can write those. */
export function originOf(request: FastifyRequest): Origin {
  // Of a connection that has ended there is none.
  const socket = request.socket as Socket | null;
  return { address: socket?.remoteAddress ?? '', agent: request.headers['user-agent'] ?? '' };
}

/** Gives whoever signs in the session's cookie. */
export async function enter(request: FastifyRequest, reply: FastifyReply, signingIn: Promise<SignedIn>): Promise<SessionAnswer> {
  neverCached(reply);
  const { cookie, session } = await slowedDown(reply, signingIn);
  setAuthor(request, { name: session.user.name, rights: new Rights(session.user), by: 'session', session });
  setSessionCookie(request, reply, cookie);
  return toAnswer(session);
}

/** Tells whoever guesses how long to wait, and the page what it has to ask for. */
export async function slowedDown<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CodeNeeded) reply.header('x-slipway-needs', 'code');
    if (error instanceof TooManyAttempts) reply.header('retry-after', String(error.retryAfter));
    throw error;
  }
}

export function toAnswer({ user, requestToken }: Session): SessionAnswer {
  const { name, role, projects } = user;
  return { user: { name, role, projects: projects as SessionAnswer['user']['projects'] }, token: requestToken, version: PRODUCT.version };
}

export function neverCached(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store');
}
