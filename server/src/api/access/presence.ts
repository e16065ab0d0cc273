import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../auth/access.js';
import { authorOf, type RequestAuthor } from '../http/requester.js';

/** Knows the answers that are still being given, and breaks off those of people who are let out meanwhile. */
@Injectable()
export class Presence implements OnApplicationShutdown {
  private readonly open = new Set<{ readonly request: FastifyRequest; readonly reply: FastifyReply }>();
  private readonly stops: readonly (() => void)[];

  constructor(access: Access) {
    this.stops = [
      access.onSessionEnd((id) => this.cut(({ session }) => session?.id === id)),
      access.onTokenEnd((id) => this.cut(({ tokenId }) => tokenId === id)),
      access.onUserChange((user) => this.cut(({ name, by }) => name === user && (by === 'session' || by === 'token'))),
    ];
  }

  /** Remembers a request until its answer is whole; one that has become a stream, until the connection ends. */
  begin(request: FastifyRequest, reply: FastifyReply): void {
    const held = { request, reply };
    this.open.add(held);
    reply.raw.once('finish', () => this.open.delete(held));
    reply.raw.once('close', () => void (reply.raw.detached ? undefined : this.open.delete(held)));
    reply.raw.once('detached', () => request.raw.socket.once('close', () => this.open.delete(held)));
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Answers that have not begun are left: one of them is that of whoever does this. */
  private cut(isMeant: (author: RequestAuthor) => boolean): void {
    for (const { request, reply } of this.open) {
      const author = authorOf(request);
      if (author && isMeant(author) && (reply.raw.headersSent || reply.raw.detached)) request.raw.socket.destroy();
    }
  }
}
