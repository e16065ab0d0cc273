import { Inject, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { WebSocketGateway, WebSocketServer, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { Server } from 'socket.io';
import { Access } from '../../auth/access.js';
import { AuditLog } from '../../auth/audit-log.js';
import type { Session } from '../../auth/sessions.js';
import { sameSecret } from '../../auth/token.js';
import { kindOf, messageOf } from '../../base/errors.js';
import { Rights } from '../../auth/rights.js';
import { PRODUCT } from '../../base/product.js';
import { Ownership } from '../../engine/access/index.js';
import { CHANNEL_SOURCES } from './channels/index.js';
import type { Fields } from './fields.js';
import type { ChannelKind } from './protocol.js';
import { LiveConnection, type ChannelSources, type ConnectionAsker, type LiveSocket } from './connection.js';
import { Deployments } from './deployments.js';

const DAY = 24 * 60 * 60 * 1000;

/** The page's live connection. It lives no longer than the session it was opened with. */
@WebSocketGateway()
export class LiveGateway implements OnGatewayInit<Server>, OnGatewayConnection<LiveSocket>, OnApplicationShutdown {
  @WebSocketServer() private readonly server!: Server;
  private readonly log = new Logger('Live');
  private readonly bySession = new Map<string, Set<LiveSocket>>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly access: Access,
    @Inject(CHANNEL_SOURCES) private readonly sources: ChannelSources,
    private readonly ownership: Ownership,
    private readonly deployments: Deployments,
    private readonly audit: AuditLog,
  ) {
    const stops = [
      access.onSessionEnd((id) => this.bySession.get(id)?.forEach((socket) => socket.disconnect(true))),
      // The page comes back at once, with the rights that its user has now.
      access.onUserChange((name) => this.socketsOf(name).forEach((socket) => socket.disconnect(true))),
    ];
    this.unsubscribe = () => stops.forEach((stop) => stop());
  }

  /** The cookie alone is not enough: the page proves by the request token that it is no other site's. */
  afterInit(server: Server): void {
    server.use((socket, next) => {
      const session = this.access.authenticate(socket.request.headers);
      const token: unknown = socket.handshake.auth['token'];
      if (!session || typeof token !== 'string' || !sameSecret(token, session.requestToken)) return next(new Error('sign in first'));
      socket.data = { session };
      next();
    });
  }

  handleConnection(socket: LiveSocket): void {
    const { session } = socket.data as { session: Session };
    const sockets = this.bySession.get(session.id) ?? new Set();
    this.bySession.set(session.id, sockets.add(socket));
    const timer = this.watchExpiry(socket, session.expires);
    socket.on('disconnect', () => {
      timer.stop();
      sockets.delete(socket);
      if (sockets.size === 0) this.bySession.delete(session.id);
    });
    socket.emit('hello', { version: PRODUCT.version });
    const failed = (kind: ChannelKind, error: unknown) =>
      this.log.error(`${kind}: ${error instanceof Error ? error.stack : messageOf(error)}`);
    new LiveConnection(socket, this.sources, this.askerOf(socket, session), failed).listen();
  }

  private askerOf(socket: LiveSocket, { user }: Session): ConnectionAsker {
    const { ownership, deployments } = this;
    const changes: ConnectionAsker['changes'] = (kind, params, error) => {
      const subject = changedBy(kind, params, ownership);
      if (!subject) return;
      const outcome = error === undefined ? 'done' : kindOf(error) === 'Forbidden' ? 'refused' : 'failed';
      const { address } = socket.handshake;
      this.audit.add({ time: Date.now(), user: user.name, by: 'session', token: '', address, ...subject, outcome, status: 0 });
    };
    return { name: user.name, rights: new Rights(user), ownership, taskOwner: (task) => deployments.ownerOf(task, ownership), changes };
  }

  private socketsOf(user: string): LiveSocket[] {
    const all = [...this.bySession.values()].flatMap((sockets) => [...sockets]);
    return all.filter(({ data }) => (data as { session: Session }).session.user.name === user);
  }

  onApplicationShutdown(): void {
    this.unsubscribe();
    this.server.disconnectSockets(true);
  }

  /** Looks at the session again when it should have ended, at least daily: requests of the page may have prolonged it. */
  private watchExpiry(socket: LiveSocket, expires: number): { stop: () => void } {
    let timer: NodeJS.Timeout;
    const wait = (until: number) => {
      timer = setTimeout(
        () => {
          const session = this.access.authenticate(socket.request.headers);
          if (session) wait(session.expires);
          else socket.disconnect(true);
        },
        Math.min(Math.max(until - Date.now(), 1000), DAY),
      ).unref();
    };
    wait(expires);
    return { stop: () => clearTimeout(timer) };
  }
}

/** What a channel changes, or lets somebody in to; undefined for those that only show. */
function changedBy(kind: ChannelKind, params: Fields, ownership: Ownership) {
  if (kind === 'terminal')
    return { operation: 'Terminal', kind: 'container', ...ownership.nameOf('container', params.optionalText('container') ?? '') };
  if (kind !== 'pull' || !params.flag('start')) return undefined;
  const reference = params.optionalText('reference') ?? '';
  return { operation: 'ImageCreate', kind: 'image', object: reference, name: reference };
}
