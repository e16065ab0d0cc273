import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorResponse } from './error-body.js';

/** Answers what a controller throws as `{"message": ...}`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendError(http.getRequest(), http.getResponse(), error);
  }
}

const log = new Logger('Http');

/** Answers one error; one that comes after the head has been sent can only break the connection off. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const { status, body } = errorResponse(error);
  if (status >= 500 && status !== 501)
    log.debug(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : body.message}`);
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  reply.status(status);
  if (status === 304) reply.send();
  else reply.header('content-type', 'application/json').send(`${JSON.stringify(body)}\n`);
}
