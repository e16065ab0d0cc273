import { invalidParameter, systemError } from '../base/errors.js';
import type { Descriptor } from '../base/manifest.js';
import { TransportError } from './errors.js';
import { backOff, mayHelp } from './retry.js';
import type { HttpResponse, Patience } from './transport.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told before each new try. */
  readonly onRetry?: (error: unknown, tried: number) => void;
}

/**
 * The bytes of a blob in order. After a break it goes on where it stopped; it gives up after `patience.tries` tries
 * that brought nothing.
 * @param open starts the blob's bytes at an offset; a registry that knows no ranges answers with all of them
 * @throws InvalidParameter when there are more bytes than announced
 */
export async function* downloadBlob(
  open: (from: number) => Promise<HttpResponse>,
  { digest, size }: Descriptor,
  patience: Patience,
  { signal, onRetry }: DownloadOptions,
): AsyncGenerator<Buffer> {
  let received = 0;
  let tried = 0;
  while (received < size || tried === 0) {
    const before = received;
    tried++;
    try {
      for await (const chunk of bytesFrom(await open(received), received, digest)) {
        received += chunk.length;
        if (received > size) throw invalidParameter(`blob ${digest} has more than the ${size} bytes it is announced with`);
        yield chunk;
      }
      if (received === size) return;
      throw new TransportError('GET', digest, { code: 'UND_ERR_SOCKET' });
    } catch (error) {
      signal?.throwIfAborted();
      if (received > before) tried = 1;
      if (tried >= patience.tries || !mayHelp(error)) throw error;
      onRetry?.(error, tried);
      await backOff(patience, tried, error, signal);
    }
  }
}

/** The bytes of an answer from `offset` on, be it the whole blob or the part that was asked for. */
async function* bytesFrom({ status, headers, body }: HttpResponse, offset: number, digest: string): AsyncGenerator<Buffer> {
  const start = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1];
  if (status === 206 && Number(start) !== offset) {
    body.destroy();
    throw systemError(`the registry sent another part of blob ${digest} than it was asked for`);
  }
  let skip = status === 206 ? 0 : offset;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}
