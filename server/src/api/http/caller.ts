import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller as EngineCaller } from '../../engine/engine.js';
import { versionOf } from './version.js';

const callers = new WeakMap<object, EngineCaller>();

/** Who sent a request: its API version, and a signal that is aborted when the client goes away before the answer is whole. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): EngineCaller {
  let caller = callers.get(request);
  if (!caller) {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished && !reply.raw.detached) gone.abort();
    });
    caller = { signal: gone.signal, version: versionOf(request.raw) };
    callers.set(request, caller);
  }
  return caller;
}

/** Parameter decorator of controllers: the caller, to hand to `engine.run`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): EngineCaller => {
  const http = context.switchToHttp();
  return callerOf(http.getRequest(), http.getResponse());
});

export type { EngineCaller };
