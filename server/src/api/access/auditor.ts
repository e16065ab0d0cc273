import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog, type AuditOutcome } from '../../auth/audit-log.js';
import { messageOf } from '../../base/errors.js';
import { Ownership } from '../../engine/access/index.js';
import type { Operation } from '../http/document.js';
import { authorOf, claimedNameOf } from '../http/requester.js';

type Names = Readonly<Record<string, unknown>>;

/** What the first words of paths are about. */
const KINDS: Readonly<Record<string, string>> = {
  containers: 'container',
  exec: 'container',
  images: 'image',
  build: 'image',
  commit: 'image',
  networks: 'network',
  volumes: 'volume',
  plugins: 'plugin',
  'dashboard/containers': 'container',
  'dashboard/stacks': 'stack',
  'dashboard/volumes': 'volume',
  'dashboard/users': 'user',
  'dashboard/tokens': 'token',
  'dashboard/account': 'account',
  'dashboard/tasks': 'task',
  'dashboard/logs': 'log',
  'dashboard/setup': 'account',
  'dashboard/join': 'account',
  'dashboard/login': 'account',
  'dashboard/logout': 'account',
  'dashboard/oidc': 'account',
  'dashboard/alerts': 'alert',
  'dashboard/schedules': 'schedule',
  'dashboard/backups': 'backup',
  'dashboard/registries': 'registry',
  'dashboard/images': 'image',
};

/** Writes down every change that is asked for over HTTP, and how it ended. */
@Injectable()
export class Auditor {
  private readonly logger = new Logger('Audit');

  constructor(
    private readonly log: AuditLog,
    private readonly ownership: Ownership,
  ) {}

  /** Waits for the end of a request; of one that becomes a stream, for its beginning. */
  begin(request: FastifyRequest, reply: FastifyReply): void {
    const { operation } = request.routeOptions.config;
    if (!operation?.changes) return;
    const time = Date.now();
    const subject = this.subjectOf(operation, request);
    // When the connection has ended it does not know any more whose it was.
    const address = request.socket.remoteAddress ?? '';
    const { raw } = reply;
    const write = () => {
      for (const event of ['finish', 'close', 'detached']) raw.off(event, write);
      const status = raw.detached ? 101 : raw.writableFinished ? raw.statusCode : 499;
      // The request has ended: on a full disk nobody is left to throw at.
      try {
        this.write(operation, request, { time, address, ...subject }, status);
      } catch (error) {
        this.logger.error(`${operation.id} (${status}) is not in the audit log: ${messageOf(error)}`);
      }
    };
    for (const event of ['finish', 'close', 'detached']) raw.once(event, write);
  }

  private write(
    operation: Operation,
    request: FastifyRequest,
    { time, address, kind, object, name }: { time: number; address: string; kind: string; object: string; name: string },
    status: number,
  ): void {
    const author = authorOf(request);
    // Nobody who may ask for nothing: a log of those would be anybody's to fill.
    if (!author && operation.access.who !== 'anyone') return;
    const made = operation.access.who === 'anyone' ? '' : nameIn(request);
    this.log.add({
      time,
      user: author?.name ?? claimedNameOf(request) ?? '',
      by: author?.by ?? 'nobody',
      token: author?.token ?? '',
      address: author?.by === 'socket' ? '' : address,
      operation: operation.id,
      kind,
      object: object || made,
      name: name || made,
      outcome: outcomeOf(status),
      status,
    });
  }

  /** Before it happens: what is removed has no name afterwards. */
  private subjectOf({ path }: Operation, { params }: FastifyRequest): { kind: string; object: string; name: string } {
    const words = path.split('/').slice(1);
    const { id, name: named, kind: place } = params as Record<string, string | undefined>;
    const given = id ?? named ?? '';
    if (words[1] === 'files') return { kind: place ?? '', ...this.ownership.nameOf(place ?? '', given) };
    const kind = KINDS[words[0] === 'dashboard' ? `dashboard/${words[1]}` : (words[0] ?? '')] ?? 'daemon';
    return { kind, ...this.ownership.nameOf(words[0] === 'exec' ? 'exec' : kind, given) };
  }
}

/** What something that is made is to be called, wherever it is said. */
function nameIn({ query, body }: FastifyRequest): string {
  const texts = [query as Names, typeof body === 'object' && body !== null && !('pipe' in body) ? (body as Names) : {}].flatMap((from) => [
    from['name'],
    from['Name'],
    from['fromImage'],
    from['repo'],
    from['t'],
  ]);
  const found = texts.flat().find((text) => typeof text === 'string' && text !== '');
  return typeof found === 'string' ? found : '';
}

export function outcomeOf(status: number): AuditOutcome {
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'done' : 'failed';
}
