import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { checkResponse, readBody, readQuery } from './validation.js';
import { operationOf, operations, type Operation } from './document.js';
import { isPage } from './page.js';
import { notFound, notImplemented } from '../../base/errors.js';
import { checkVersion, compareVersions, versionOf } from './version.js';

/**
 * Ties routes to operations of the document: a route of the API that the document does not know is refused at start,
 * every request is read and checked by its operation, and the status of success is the document's.
 */
export class Binder {
  private readonly bound = new Set<string>();

  constructor(private readonly options: { checkResponses: boolean }) {}

  /** Must be called before the first route is registered. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => this.bind(route));
    fastify.addHook('preValidation', async (request) => read(request));
    if (this.options.checkResponses) fastify.addHook('preSerialization', async (request, reply, payload) => check(request, reply, payload));
  }

  /** Names of the operations that have no route. */
  get missing(): string[] {
    return operations.filter((operation) => !this.bound.has(operation.id)).map((operation) => operation.id);
  }

  /** Answers 501 for every operation without a route. */
  refuseMissing(fastify: FastifyInstance): void {
    for (const operation of operations.filter((each) => !this.bound.has(each.id))) {
      fastify.route({
        method: operation.method as 'GET',
        url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
        // Before anything of the request is held against the document: how it is asked makes no difference.
        // The docker CLI goes on with its next guess when it reads "not supported".
        onRequest: async () => {
          throw notImplemented(`${operation.id} is not supported by this daemon`);
        },
        handler: async () => undefined,
      });
    }
  }

  private bind(route: RouteOptions): void {
    for (const method of [route.method].flat()) {
      const operation = operationOf(method, route.url);
      if (!operation) {
        if (isPage(route.url)) continue;
        throw new Error(`${method} ${route.url} is in none of the documents`);
      }
      this.bound.add(operation.id);
      route.config = { ...route.config, operation };
    }
  }
}

async function read(request: FastifyRequest): Promise<void> {
  const operation = request.routeOptions.config.operation;
  if (!operation) return;
  const version = versionOf(request.raw);
  checkVersion(version);
  checkLife(operation, version);
  request.query = readQuery(operation, request.query as Record<string, unknown>);
  if (!operation.bodyIsStream) request.body = readBody(operation, request.body);
}

function checkLife(operation: Operation, version: string): void {
  const tooEarly = operation.since !== undefined && compareVersions(version, operation.since) < 0;
  const tooLate = operation.until !== undefined && compareVersions(version, operation.until) > 0;
  if (tooEarly || tooLate) throw notFound('page not found');
}

function check(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const operation = request.routeOptions.config.operation;
  const wrong = operation && checkResponse(operation, reply.statusCode, payload);
  if (wrong) throw new Error(`response does not fit the document: ${wrong}`);
  return payload;
}
