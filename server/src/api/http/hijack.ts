import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { compareVersions, versionOf } from './version.js';

declare module 'node:http' {
  interface ServerResponse {
    /** True once the connection has left HTTP. */
    detached?: boolean;
  }
}

export const RAW_STREAM = 'application/vnd.docker.raw-stream';
export const MULTIPLEXED_STREAM = 'application/vnd.docker.multiplexed-stream';

/** Media type of a stream of a process's output; before 1.42 everything was called raw. */
export function streamType(request: FastifyRequest, tty: boolean): string {
  return !tty && compareVersions(versionOf(request.raw), '1.42') >= 0 ? MULTIPLEXED_STREAM : RAW_STREAM;
}

/**
 * Takes the connection over from HTTP: answers 101 to a client that asked for an upgrade, 200 to one that did not,
 * and returns the bare socket. What goes wrong from here on can only be told inside the stream.
 */
export function hijack(request: FastifyRequest, reply: FastifyReply, contentType: string): Socket {
  reply.hijack();
  const socket = detach(request.raw, reply.raw);
  const upgrade = request.headers.upgrade;
  const head = upgrade
    ? `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${contentType}\r\nConnection: Upgrade\r\nUpgrade: ${upgrade.replace(/[^\w./-]/g, '')}\r\n\r\n`
    : `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\n\r\n`;
  socket.write(head);
  return socket;
}

/** Node keeps reading HTTP from a socket until its parser has been told to let go of the handle. */
export function detach(request: IncomingMessage, response: ServerResponse): Socket {
  const socket = request.socket;
  response.detached = true;
  response.emit('detached');
  response.detachSocket(socket);
  for (const event of ['data', 'end', 'drain', 'timeout', 'readable']) socket.removeAllListeners(event);
  socket.setTimeout(0);
  socket.setNoDelay(true);
  // A first listener makes the parser give the handle back; what comes before someone reads is then kept, not dropped.
  const release = () => undefined;
  socket.on('data', release);
  socket.removeListener('data', release);
  socket.pause();
  return socket;
}
