import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { messageOf } from '../../base/errors.js';
import { errorResponse } from './error-body.js';
import { JSON_STREAM, type JsonStreamForm } from './json-stream.js';
import { drain } from './request-body.js';

const log = new Logger('Http');

/** Writes one message of a stream; resolves when the client has room for the next. */
export type Emit = (message: object) => Promise<void>;

/**
 * Answers with JSON objects one after the other, each on a line of its own. The head goes out with the first message, so
 * what throws before it becomes a proper error response, what throws after it a message `{errorDetail, error}`.
 */
export async function sendJsonLines(
  reply: FastifyReply,
  work: (emit: Emit) => Promise<void>,
  options: { early?: boolean; form?: JsonStreamForm } = {},
): Promise<void> {
  const response = reply.raw;
  const { type, before, after } = options.form ?? JSON_STREAM;
  reply.hijack();
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), 'Content-Type': type });
    response.flushHeaders();
  };
  const emit: Emit = async (message) => {
    begin();
    if (response.destroyed) return;
    if (!response.write(`${before}${JSON.stringify(message)}${after}`))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  try {
    if (options.early) begin();
    await work(emit);
    begin();
  } catch (error) {
    if (response.headersSent) await emit({ errorDetail: detailOf(error), error: messageOf(error) });
    else sendRawError(reply, error);
    await drain(reply.request.raw);
  } finally {
    if (!response.writableEnded) response.end();
  }
}

/** Sends head and headers at once and the JSON body when it is known, for clients that wait for the head (ContainerWait). */
export async function sendLater<T>(reply: FastifyReply, result: Promise<T>): Promise<void> {
  const response = reply.raw;
  reply.hijack();
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), 'Content-Type': 'application/json' });
  response.flushHeaders();
  try {
    response.end(`${JSON.stringify(await result)}\n`);
  } catch (error) {
    if (!response.destroyed) response.end(`${JSON.stringify({ message: messageOf(error) })}\n`);
  }
}

/** Answers with a stream of bytes, ending it when the client goes away. An error after the head breaks the connection off. */
export async function sendBytes(
  reply: FastifyReply,
  contentType: string,
  body: Readable,
  headers: Record<string, string> = {},
): Promise<void> {
  const response = reply.raw;
  reply.hijack();
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers, 'Content-Type': contentType });
  response.flushHeaders();
  try {
    await pipeline(body, response);
  } catch (error) {
    body.destroy();
    breakOff(response, contentType, error);
  }
}

/** The same with pieces that are needed until the one after the next is asked for: by then the kernel has each. */
export async function sendPieces(reply: FastifyReply, contentType: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  const response = reply.raw;
  reply.hijack();
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), 'Content-Type': contentType });
  response.flushHeaders();
  let before: Promise<void> = Promise.resolve();
  const write = (piece: Buffer) =>
    new Promise<void>((resolve, reject) => response.write(piece, (error) => (error ? reject(error) : resolve())));
  try {
    for await (const piece of pieces) {
      const written = write(piece);
      // Told by the next piece, or at the end; when the one before fails, nobody asks for it any more.
      written.catch(() => undefined);
      await before;
      before = written;
    }
    await before;
    response.end();
  } catch (error) {
    breakOff(response, contentType, error);
  }
}

/** The client sees no more than that. */
function breakOff(response: ServerResponse, contentType: string, error: unknown): void {
  const failure = error instanceof Error && !isGone(error) ? error : undefined;
  if (failure) log.error(`an answer of ${contentType} broke off: ${messageOf(failure)}`);
  response.destroy(failure);
}

/** With the exit code of a command that failed: clients end with it too. */
function detailOf(error: unknown): { message: string; code?: number } {
  const code = (error as { exitCode?: unknown }).exitCode;
  return { ...(typeof code === 'number' && { code }), message: messageOf(error) };
}

function isGone(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED';
}

function sendRawError(reply: FastifyReply, error: unknown): void {
  const { status, body } = errorResponse(error);
  reply.raw.writeHead(status, { ...(reply.getHeaders() as Record<string, string>), 'Content-Type': 'application/json' });
  reply.raw.write(`${JSON.stringify(body)}\n`);
}
