import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidParameter } from '../../base/errors.js';
import type { Operation } from './document.js';

/** Bytes of JSON a request may have: far beyond any real one, far below what would hurt. */
const JSON_LIMIT = 16 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** JSON bodies are read whole and parsed here, all others are left as streams to the operation that wants them. */
export function addBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request: FastifyRequest, payload, done) => {
    const operation = request.routeOptions.config.operation;
    if (!operation || operation.bodyIsStream) return done(null, payload);
    readText(payload).then(
      (text) => {
        try {
          done(null, parseJson(request, operation, text));
        } catch (error) {
          done(error as Error);
        }
      },
      (error: Error) => done(error),
    );
  });
}

function parseJson(request: FastifyRequest, operation: Operation, text: string): unknown {
  if (text.trim() === '' || !operation.body) return undefined;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw invalidParameter(`unsupported media type: ${type || 'none'} must be 'application/json'`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidParameter(`invalid JSON: ${(error as Error).message}`, error);
  }
}

async function readText(payload: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Breaking off would destroy the connection, and the answer with it.
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > JSON_LIMIT) throw invalidParameter(`the request body is larger than ${JSON_LIMIT} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
