import { chmodSync, chownSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { TlsConfig } from '../../base/config.js';
import { forwardFromHost, IS_FORWARDED } from '../../base/host-forward.js';
import { conflict, invalidParameter, systemError } from '../../base/errors.js';

/** How far a listener's clients are trusted: a unix socket's by its file mode, TCP's by token or certificate, a browser by its session. */
export type ListenerKind = 'unix' | 'tcp' | 'dashboard';

const kinds = new WeakMap<object, ListenerKind>();

/** Through which kind of listener a request came. */
export function listenerOf(request: IncomingMessage): ListenerKind {
  const server = (request.socket as unknown as { server?: object }).server;
  return (server && kinds.get(server)) ?? 'tcp';
}

/** The one operation of the Engine API that is a WebSocket. */
const ATTACH = /^(\/v\d+\.\d+)?\/containers\/[^/?]+\/attach\/ws(\?|$)/;

const OPTIONS: ServerOptions = {
  // A registry's credentials come in a header of tens of kilobytes.
  maxHeaderSize: 256 * 1024,
  requestTimeout: 0,
  headersTimeout: 60_000,
  keepAliveTimeout: 60_000,
  // Upgrades of the Engine API, `tcp` and WebSockets, are answered by their routes; only the dashboard's leave by the 'upgrade' event.
  shouldUpgradeCallback: ({ headers, url = '' }) => headers.upgrade?.toLowerCase() === 'websocket' && !ATTACH.test(url),
};

/** An HTTP server of one kind. TLS where files are given. */
export function makeServer(kind: ListenerKind, handler: RequestListener, tls?: TlsConfig): Server {
  const server = tls
    ? createTlsServer(
        {
          ...OPTIONS,
          cert: readFileSync(tls.cert),
          key: readFileSync(tls.key),
          ca: tls.ca ? readFileSync(tls.ca) : undefined,
          requestCert: tls.verify,
          rejectUnauthorized: tls.verify,
        },
        handler,
      )
    : createServer(OPTIONS, handler);
  kinds.set(server, kind);
  return server as Server;
}

/** Listens on unix:///path, readable and writable by root and `groupId` only. A socket nobody answers on is replaced. */
export async function listenUnix(server: Server, path: string, groupId: number): Promise<void> {
  if (await answers(path)) throw conflict(`another daemon already listens on ${path}: stop it, or give this one its own --host`);
  rmSync(path, { force: true });
  const mask = process.umask(0o177);
  try {
    await listen(server, { path });
  } finally {
    process.umask(mask);
  }
  chownSync(path, 0, groupId);
  chmodSync(path, 0o660);
}

/** Listens on address:port and returns the port, which is a free one when 0 was asked for. */
export async function listenTcp(server: Server, address: string): Promise<number> {
  const match = /^(?:\[(.+)\]|([^:]*)):(\d+)$/.exec(address);
  if (!match) throw invalidParameter(`${address} is not an address: write it as 127.0.0.1:8080 or [::1]:8080`);
  const host = match[1] ?? (match[2] || '0.0.0.0');
  await listen(server, { host: IS_FORWARDED && match[1] === undefined ? '0.0.0.0' : host, port: Number(match[3]) });
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : Number(match[3]);
  if (IS_FORWARDED) await forwardFromHost('tcp', host, port);
  return port;
}

/** Listens on a socket that is bound already, by its descriptor. */
export function listenOn(server: Server, descriptor: number): Promise<void> {
  return listen(server, { fd: descriptor });
}

function listen(server: Server, where: { path: string } | { fd: number } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const name = 'path' in where ? where.path : 'fd' in where ? `descriptor ${where.fd}` : `${where.host}:${where.port}`;
    const failed = (error: NodeJS.ErrnoException) =>
      reject(
        systemError(
          error.code === 'EADDRINUSE' ? `${name} is already in use by another program` : `cannot listen on ${name}: ${error.message}`,
          error,
        ),
      );
    server.once('error', failed);
    server.listen(where, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
