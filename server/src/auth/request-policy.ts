import { Inject, Injectable } from '@nestjs/common';
import { isIP } from 'node:net';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { Access } from './access.js';
import { headerOf, type Headers } from './headers.js';
import { Rights } from './rights.js';
import type { Session } from './sessions.js';
import { sameSecret } from './token.js';

/** Where a request came in: the unix socket, the Engine API on TCP, or the dashboard's own address. */
export type ListenerKind = 'unix' | 'tcp' | 'dashboard';

export interface IncomingRequest {
  readonly listener: ListenerKind;
  readonly method: string;
  readonly headers: Headers;
  /** True for what anybody may ask for: the page's files, set-up, sign-in. Everything else needs to know who asks. */
  readonly open?: boolean;
  /** True when it came over TLS. */
  readonly secure?: boolean;
  /** Subject of the client's certificate; undefined unless it was verified against the CA. */
  readonly peerCertificate?: { readonly commonName: string } | undefined;
}

/** Who asks. */
export interface Requester {
  readonly name: string;
  readonly rights: Rights;
  readonly by: 'socket' | 'certificate' | 'token' | 'session';
  readonly session?: Session;
  /** What the owner calls the API token. */
  readonly token?: string;
  readonly tokenId?: string;
}

export type Decision =
  | { readonly allow: true; readonly requester: Requester | undefined }
  | { readonly allow: false; readonly status: 400 | 401 | 403; readonly message: string };

const refuse = (status: 400 | 401 | 403, message: string): Decision => ({ allow: false, status, message });
/** Read by people at a docker CLI. */
const NO_CREDENTIALS =
  'a client certificate or an API token is needed: make a token on the account page of the dashboard, and put {"HttpHeaders": {"Authorization": "Bearer TOKEN"}} into the client\'s config.json';
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Decides about every request before anything else looks at it.
 *
 * unix: whoever may open the socket is trusted. tcp: a verified client certificate or a bearer token, and nothing that a
 * browser sent for another site. dashboard: the Host is this daemon's (DNS rebinding), the request comes from the page itself
 * (cross-site requests), then a bearer token, or the session's cookie and, for what changes something, its request token.
 */
@Injectable()
export class RequestPolicy {
  private readonly names: ReadonlySet<string>;

  constructor(
    private readonly access: Access,
    @Inject(DAEMON_CONFIG) config: Pick<DaemonConfig, 'dashboardNames'>,
  ) {
    this.names = new Set(['localhost', ...(config.dashboardNames ?? [])].map((name) => name.toLowerCase()));
  }

  decide(request: IncomingRequest): Decision {
    if (request.listener === 'unix') return { allow: true, requester: { name: 'root', rights: Rights.everything, by: 'socket' } };
    return request.listener === 'tcp' ? this.decideTcp(request) : this.decideDashboard(request);
  }

  /** Whether a live connection may be opened: as the dashboard's requests, but browsers always name the Origin here. */
  decideLive(request: Pick<IncomingRequest, 'headers' | 'secure'>): Decision {
    const wrong = this.foreign({ ...request, listener: 'dashboard', method: 'GET' });
    if (wrong) return wrong;
    if (headerOf(request.headers, 'origin') === undefined) return refuse(403, 'the live connection needs an Origin');
    const session = this.access.authenticate(request.headers);
    return session ? { allow: true, requester: bySession(session) } : refuse(401, 'sign in first');
  }

  private decideTcp({ headers, peerCertificate, open }: IncomingRequest): Decision {
    const site = headerOf(headers, 'sec-fetch-site');
    if ((headers['origin'] !== undefined && !ownWebSocket(headers)) || (site !== undefined && site !== 'none')) {
      return refuse(403, 'the Engine API is not served to web pages here; the dashboard has an address of its own');
    }
    if (peerCertificate)
      return { allow: true, requester: { name: peerCertificate.commonName, rights: Rights.everything, by: 'certificate' } };
    return this.byToken(headers) ?? (open ? { allow: true, requester: undefined } : refuse(401, NO_CREDENTIALS));
  }

  private decideDashboard(request: IncomingRequest): Decision {
    const { headers, method, open } = request;
    const wrong = this.foreign(request);
    if (wrong) return wrong;
    const byToken = this.byToken(headers);
    if (byToken) return byToken;
    if (open) return { allow: true, requester: undefined };
    const session = this.access.authenticate(headers);
    if (!session) return refuse(401, 'sign in first');
    if (!SAFE_METHODS.has(method) && !sameSecret(headerOf(headers, 'x-slipway-token') ?? '', session.requestToken)) {
      return refuse(403, 'the header X-Slipway-Token is missing or not that of the session: reload the page');
    }
    return { allow: true, requester: bySession(session) };
  }

  /** A bad token is refused, also where none is needed: the client believes it is somebody. Other schemes are a proxy's. */
  private byToken(headers: Headers): Decision | undefined {
    if (!/^bearer\b/i.test(headerOf(headers, 'authorization') ?? '')) return undefined;
    const bearer = this.access.bearer(headers);
    if (!bearer) return refuse(401, 'the API token is not valid, or has expired');
    const { user, token } = bearer;
    return {
      allow: true,
      requester: { name: user.name, rights: new Rights(user, token), by: 'token', token: token.name, tokenId: token.id },
    };
  }

  /** What is wrong with where a request says it goes to and comes from. */
  private foreign(request: IncomingRequest): Decision | undefined {
    const { headers } = request;
    const host = headerOf(headers, 'host')?.toLowerCase();
    if (host === undefined || !this.isOwn(host)) {
      return refuse(
        403,
        `this daemon does not answer to the name ${JSON.stringify(host ?? '')}: use its address, or start it with the name`,
      );
    }
    const origin = headerOf(headers, 'origin')?.toLowerCase();
    const origins = request.secure ? [`https://${host}`] : [`http://${host}`, `https://${host}`];
    if (origin !== undefined && !origins.includes(origin)) return refuse(403, 'requests from other sites are not taken');
    const site = headerOf(headers, 'sec-fetch-site') ?? 'none';
    const followsLink = request.open === true && request.method === 'GET' && headerOf(headers, 'sec-fetch-dest') === 'document';
    return site === 'same-origin' || site === 'none' || followsLink ? undefined : refuse(403, 'requests from other sites are not taken');
  }

  /** Literal addresses cannot be rebound; names only those given. */
  private isOwn(host: string): boolean {
    const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^[\]:/@\s]+))(?::\d{1,5})?$/.exec(host) ?? [];
    return bracketed !== undefined ? isIP(bracketed) === 6 : plain !== undefined && (isIP(plain) === 4 || this.names.has(plain));
  }
}

function bySession(session: Session): Requester {
  return { name: session.user.name, rights: new Rights(session.user), by: 'session', session };
}

/** Clients that are no browsers name the daemon's own address as the Origin of a WebSocket. */
function ownWebSocket(headers: Headers): boolean {
  if (headerOf(headers, 'upgrade')?.toLowerCase() !== 'websocket') return false;
  const host = headerOf(headers, 'host')?.toLowerCase();
  return ['http', 'https'].some((scheme) => headerOf(headers, 'origin')?.toLowerCase() === `${scheme}://${host}`);
}
