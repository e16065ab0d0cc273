import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { INestApplicationContext } from '@nestjs/common';
import { AbstractWsAdapter } from '@nestjs/websockets';
import { Server, type ServerOptions } from 'socket.io';
import { RequestPolicy } from '../../auth/request-policy.js';

export const LIVE_PATH = '/live';

/** What a browser may send in one message; pasted text is the largest. */
const LARGEST_MESSAGE = 1024 * 1024;

/** socket.io on the dashboard's HTTP server: WebSocket only, and only for the page itself with a session. */
export class LiveAdapter extends AbstractWsAdapter {
  private readonly policy: RequestPolicy;

  /** @param app built with AuthModule; its HTTP server is the dashboard's */
  constructor(app: INestApplicationContext) {
    super(app);
    this.policy = app.get(RequestPolicy);
  }

  override create(_port: number, options?: Partial<ServerOptions>): Server {
    return new Server(this.httpServer as HttpServer, {
      ...options,
      path: LIVE_PATH,
      transports: ['websocket'],
      allowUpgrades: false,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      connectTimeout: 10_000,
      maxHttpBufferSize: LARGEST_MESSAGE,
      allowRequest: (request, answer) => {
        const decision = this.policy.decideLive({ headers: request.headers, secure: isSecure(request) });
        answer(decision.allow ? null : decision.message, decision.allow);
      },
    });
  }

  /** Nothing to bind: each LiveConnection listens to its own socket. */
  override bindMessageHandlers(): void {}
}

function isSecure(request: IncomingMessage): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true;
}
