/** What went wrong, as a kind: each border (HTTP, socket.io) maps a kind once. */
export type ErrorKind =
  | 'InvalidParameter'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'Conflict'
  | 'NotModified'
  | 'TooManyRequests'
  | 'Unavailable'
  | 'NotImplemented'
  | 'Cancelled'
  | 'System';

/** An error a person reads: its message names the object, in lower case, and says what to do. */
export class KindError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = kind;
  }
}

const kind = (name: ErrorKind) => (message: string, cause?: unknown) =>
  new KindError(name, message, cause === undefined ? undefined : { cause });

export const invalidParameter = kind('InvalidParameter');
export const unauthorized = kind('Unauthorized');
export const forbidden = kind('Forbidden');
export const notFound = kind('NotFound');
export const conflict = kind('Conflict');
export const notModified = kind('NotModified');
export const unavailable = kind('Unavailable');
export const notImplemented = kind('NotImplemented');
export const cancelled = kind('Cancelled');
export const systemError = kind('System');

/** The kind of anything thrown; what has none is the daemon's own fault. */
export function kindOf(error: unknown): ErrorKind {
  return error instanceof KindError ? error.kind : 'System';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
