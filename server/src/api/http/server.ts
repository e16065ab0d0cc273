import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TlsConfig } from '../../base/config.js';
import { onBehalfOf, type Rights } from '../../engine/access/index.js';
import { NEWEST_VERSION } from '../../engine/engine.js';
import { DocumentAdapter } from './adapter.js';
import { Binder } from './binder.js';
import { addBodyParsers } from './body.js';
import { ErrorFilter } from './error-filter.js';
import { makeServer, type ListenerKind } from './listeners.js';
import { drain } from './request-body.js';
import { authorOf } from './requester.js';
import { routeUrl, servePage } from './page.js';

export interface ServerOptions {
  /** Sent as the Server header, such as Slipway/0.1.0 (linux). */
  readonly banner: string;
  /** Told to clients in a header. */
  readonly experimental?: boolean;
  /** Folder of the built page; undefined serves none. */
  readonly page: string | undefined;
  /** Hold every response against the document (tests). */
  readonly checkResponses: boolean;
  readonly logger: LoggerService;
  readonly dashboardTls: TlsConfig | undefined;
  /** Called with the application before its rooms are opened. */
  readonly prepare?: (app: NestFastifyApplication) => void;
}

/** Decides on a request before it is routed; throws a KindError to refuse it. */
export type Gate = (request: FastifyRequest) => Promise<void>;

/** Takes out of the answer of a `listed` operation what somebody may not see. */
export type ListFilter = (operation: string, answer: unknown, rights: Rights) => unknown;

/** Sees every request before it is let in. */
export type Witness = (request: FastifyRequest, reply: FastifyReply) => void;

/** The HTTP side of the daemon: one router behind any number of listeners. */
export interface HttpServer {
  readonly app: NestFastifyApplication;
  /** Operations of the document that are answered 501. */
  readonly missing: readonly string[];
  /** Puts a check before every request, a filter behind every list, and whoever writes down what is asked for before both. */
  guard(gate: Gate, filter?: ListFilter, witness?: Witness): void;
  /** A further server on the same router. */
  makeServer(kind: ListenerKind, tls?: TlsConfig): ReturnType<typeof makeServer>;
}

/** Builds router and controllers of `module`. Nothing listens yet; `app.getHttpServer()` is the dashboard's. */
export async function buildServer(module: DynamicModule, options: ServerOptions): Promise<HttpServer> {
  let gate: Gate | undefined;
  let filter: ListFilter | undefined;
  let witness: Witness | undefined;
  const adapter = new DocumentAdapter({
    serverFactory: (handler: (request: IncomingMessage, response: ServerResponse) => void) =>
      makeServer('dashboard', handler, options.dashboardTls),
    rewriteUrl: (request: IncomingMessage) => routeUrl(request),
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    forceCloseConnections: true,
  } as never);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const binder = new Binder({ checkResponses: options.checkResponses });
  binder.attach(fastify);
  fastify.setSerializerCompiler(() => (data) => `${JSON.stringify(data)}\n`);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'api-version': NEWEST_VERSION,
      'docker-experimental': String(options.experimental ?? false),
      ostype: 'linux',
      server: options.banner,
    });
    witness?.(request, reply);
    await gate?.(request);
  });
  // As late as can be: reading the body would lose whose request it is.
  fastify.addHook('preHandler', (request, _, done) => {
    const author = authorOf(request);
    if (author) onBehalfOf(author, done);
    else done();
  });
  fastify.addHook('preSerialization', async (request, reply, answer) => {
    const { operation } = request.routeOptions.config;
    const author = authorOf(request);
    const listed = operation?.access.who === 'right' && operation.access.of === 'listed' && reply.statusCode < 300;
    return listed && author && filter ? filter(operation.id, answer, author.rights) : answer;
  });
  // Docker's clients read an error only when its type is this to the letter.
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode >= 400) await drain(request.raw);
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') reply.header('content-type', 'application/json');
    return payload;
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: options.logger,
    bodyParser: false,
    abortOnError: false,
  });
  addBodyParsers(fastify);
  app.useGlobalFilters(new ErrorFilter());
  options.prepare?.(app);
  if (options.page) await servePage(fastify, options.page);
  await app.init();
  const missing = binder.missing;
  binder.refuseMissing(fastify);
  await fastify.ready();
  return {
    app,
    missing,
    guard: (check, see, write) => {
      gate = check;
      filter = see;
      witness = write;
    },
    makeServer: (kind, tls) => makeServer(kind, (request, response) => fastify.routing(request, response), tls),
  };
}
