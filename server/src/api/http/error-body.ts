import type { ErrorKind } from '../../base/errors.js';
import { KindError, messageOf } from '../../base/errors.js';

/** The one map from kinds of error to HTTP. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  InvalidParameter: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  NotModified: 304,
  TooManyRequests: 429,
  Unavailable: 503,
  NotImplemented: 501,
  Cancelled: 499,
  System: 500,
};

/** Status and body of anything thrown while a request is served. */
export function errorResponse(error: unknown): { status: number; body: { message: string } } {
  const status = statusOf(error);
  // The router's own "not found" is said as Docker says it.
  const message = status === 404 && !(error instanceof KindError) ? 'page not found' : messageOf(error);
  return { status, body: { message } };
}

function statusOf(error: unknown): number {
  if (error instanceof KindError) return STATUS[error.kind];
  // Fastify's and Nest's own errors bear their status: a body too large, a path that does not exist.
  const { statusCode, status } = error as { statusCode?: unknown; status?: unknown };
  const own = typeof statusCode === 'number' ? statusCode : status;
  return typeof own === 'number' && own >= 400 && own < 600 ? own : 500;
}
