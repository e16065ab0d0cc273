import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** How long a client that has been refused may go on sending. */
const PATIENCE_MS = 1000;

/**
 * The bytes of a request's body for a job that may stop reading halfway: destroying this leaves the connection alone,
 * so that the client can still be told why.
 */
export function bodyOf(request: { readonly raw: IncomingMessage }): Readable {
  const source = request.raw;
  const listeners = {
    data: (chunk: Buffer) => void (body.push(chunk) || source.pause()),
    end: () => void body.push(null),
    error: (error: Error) => void body.destroy(error),
    close: () => void (source.complete || body.destroy(new Error('the client broke off the request'))),
  };
  const body = new Readable({
    read: () => void source.resume(),
    destroy: (error, done) => {
      for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
      done(error);
    },
  });
  for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
  // A client may go before or after the job reads: who reads is told, nobody else has to know.
  body.on('error', () => undefined);
  return body;
}

/**
 * Reads what a refused client still sends, and drops it: a connection that is closed on unread bytes takes the answer with it.
 * Resolves when the client has finished or has had its time.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  for (const event of ['end', 'close', 'error']) request.once(event, () => resolve());
  request.resume();
  return promise.finally(() => clearTimeout(timer));
}
