import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { invalidParameter } from '../../base/errors.js';
import { detach } from './hijack.js';

/** What a client may send in one message. */
const LARGEST_MESSAGE = 1024 * 1024;

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: LARGEST_MESSAGE });

/** @throws InvalidParameter when a request does not ask for a WebSocket (RFC 6455, section 4.2.1) */
export function requireWebSocket({ headers }: FastifyRequest): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket' || !headers['sec-websocket-key']) {
    throw invalidParameter('this operation needs a WebSocket: the request asks for no upgrade to one');
  }
}

/** Takes the connection over from HTTP as a WebSocket: what is written goes out in binary messages, what comes in is read as bytes. */
export function upgradeToWebSocket(request: FastifyRequest, reply: FastifyReply): Promise<Duplex> {
  reply.hijack();
  const socket = detach(request.raw, reply.raw);
  return new Promise((resolve) => {
    sockets.handleUpgrade(request.raw, socket, Buffer.alloc(0), (webSocket) => resolve(createWebSocketStream(webSocket)));
  });
}
