import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_COOKIE } from '../../../auth/access.js';
import { WHOLE_LIFE } from '../../../auth/sessions.js';

/** Gives the browser the session's cookie. Scripts cannot read it, other sites cannot make the browser send it. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.header('set-cookie', sessionCookie(request, token, WHOLE_LIFE / 1000));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', sessionCookie(request, '', 0));
}

function sessionCookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = isSecure(request) ? '; Secure' : '';
  return `${SESSION_COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}${secure}`;
}

/** Over TLS, ours or that of a proxy in front: then the page says so by its Origin, which the request policy has looked at. */
export function isSecure({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || (headers.origin ?? '').startsWith('https://');
}
