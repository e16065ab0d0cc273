import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { forbidden, invalidParameter, unauthorized } from '../../base/errors.js';
import type { Operation } from './document.js';
import { listenerOf, type ListenerKind } from './listeners.js';
import { isPage } from './page.js';
import { setAuthor, type RequestAuthor } from './requester.js';
import type { Gate } from './server.js';

const ERRORS = { 400: invalidParameter, 401: unauthorized, 403: forbidden };

/** Who decides who somebody is, and on what. */
export interface Policy {
  decide(request: {
    readonly listener: ListenerKind;
    readonly method: string;
    readonly headers: FastifyRequest['headers'];
    readonly open: boolean;
    readonly secure: boolean;
    readonly peerCertificate: { readonly commonName: string } | undefined;
  }):
    | { readonly allow: true; readonly requester: RequestAuthor | undefined }
    | { readonly allow: false; readonly status: keyof typeof ERRORS; readonly message: string };
}

/** Who decides what somebody may do. */
export interface Authority {
  /** @throws Forbidden; NotFound for what they may not even see */
  check(operation: Operation, request: FastifyRequest, author: RequestAuthor): void;
}

/**
 * Lets a request in, or refuses it: first as the policy of its listener says, then by the rule of its operation. Everything that
 * is asked over HTTP comes through here, be it answered, streamed or hijacked.
 */
export function gateOf(policy: Policy, authority: Authority): Gate {
  return async (request) => {
    const { operation } = request.routeOptions.config;
    const decision = policy.decide({
      listener: listenerOf(request.raw),
      method: request.method,
      headers: request.headers,
      open: operation?.access.who === 'anyone' || isPage(request.url.replace(/\?.*$/s, '')),
      secure: request.protocol === 'https',
      peerCertificate: certificateOf(request),
    });
    if (!decision.allow) throw ERRORS[decision.status](decision.message);
    const { requester } = decision;
    if (!requester) return;
    setAuthor(request, requester);
    if (operation) authority.check(operation, request, requester);
  };
}

/** The client's certificate, when our CA has signed it. */
function certificateOf(request: FastifyRequest): { commonName: string } | undefined {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.authorized !== true) return undefined;
  return { commonName: String(socket.getPeerCertificate?.().subject?.CN ?? '') };
}
