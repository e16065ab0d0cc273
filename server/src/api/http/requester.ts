import type { FastifyRequest } from 'fastify';
import type { Asker } from '../../engine/access/index.js';

/** Who sent a request, as far as the gate could tell. */
export interface RequestAuthor extends Asker {
  readonly by: 'socket' | 'certificate' | 'token' | 'session';
  /** What the owner calls the API token. */
  readonly token?: string;
  readonly tokenId?: string;
  /** The session of the dashboard. */
  readonly session?: { readonly id: string };
}

const authors = new WeakMap<object, RequestAuthor>();

/** Remembers who sent a request; the gate does, once it has let it in. */
export function setAuthor(request: FastifyRequest, author: RequestAuthor): void {
  authors.set(request.raw, author);
}

/** Who sent a request; undefined where anybody may ask. */
export function authorOf(request: FastifyRequest): RequestAuthor | undefined {
  return authors.get(request.raw);
}

const claims = new WeakMap<object, string>();

/** Remembers who somebody says they are that nobody has let in yet: only the name of a user that there is. */
export function setClaimedName(request: FastifyRequest, name: string): void {
  claims.set(request.raw, name);
}

export function claimedNameOf(request: FastifyRequest): string | undefined {
  return claims.get(request.raw);
}
