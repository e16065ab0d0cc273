import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

type Reply = FastifyAdapter['reply'];

/** Nest's Fastify with one difference: the status of success is the document's, not Nest's guess by method. */
export class DocumentAdapter extends FastifyAdapter {
  override reply(response: Parameters<Reply>[0], body: unknown, status?: number): ReturnType<Reply> {
    const operation = (response as unknown as FastifyReply).request?.routeOptions?.config.operation;
    return super.reply(response, body, operation ? operation.success : status);
  }
}
