import { systemError } from '../base/errors.js';
import { Authorizer } from './authorizer.js';
import type { Credentials } from './credentials.js';
import { type Endpoint, hostOf, isLoopback } from './endpoint.js';
import { readError, TransportError } from './errors.js';
import type { HttpRequest, HttpResponse, Transport } from './transport.js';

const MOST_REDIRECTS = 5;

/** A request to the registry; `path` is its path and query, or a whole URL that the registry gave out. */
export type RegistryRequest = Omit<HttpRequest, 'url'> & { readonly path: string; readonly scope: string };

/** One login at one registry: sends requests with what authorization they need, and nothing of it to any other host. */
export class Session {
  readonly authorizer: Authorizer;

  private constructor(
    private readonly transport: Transport,
    private readonly endpoint: Endpoint,
    credentials: Credentials,
  ) {
    this.authorizer = new Authorizer(transport, endpoint, credentials);
  }

  /**
   * Finds out which of the ways leads to the registry.
   * @throws TransportError of the last one when none does
   */
  static async open(
    transport: Transport,
    endpoints: readonly Endpoint[],
    credentials: Credentials,
    signal?: AbortSignal,
  ): Promise<Session> {
    let failure: unknown = systemError('no way to the registry');
    for (const endpoint of endpoints) {
      const session = new Session(transport, endpoint, credentials);
      try {
        const response = await transport.send(endpoint, { method: 'GET', url: `${endpoint.origin}/v2/`, signal });
        if (response.status >= 500) throw await readError(response.status, response.headers, response.body);
        await drop(response);
        return session;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Origin of the registry, such as https://registry.example. */
  get origin(): string {
    return this.endpoint.origin;
  }

  /**
   * Sends a request, answering a challenge and following redirects.
   * @returns the answer, when its status is among `expected`; its body must be read or destroyed
   * @throws RegistryError for any other status, TransportError, Unauthorized
   */
  async send(request: RegistryRequest, expected: readonly number[]): Promise<HttpResponse> {
    const url = new URL(request.path, this.endpoint.origin);
    let response = await this.authorized(request, url);
    for (let hops = 0; isRedirect(response.status) && (request.method === 'GET' || request.method === 'HEAD'); hops++) {
      if (hops === MOST_REDIRECTS) throw systemError(`${url.href} is redirected too often`);
      response = await this.follow(request, response, url);
    }
    if (expected.includes(response.status)) return response;
    throw await readError(response.status, response.headers, response.body);
  }

  /** Whether what the registry says is elsewhere may be fetched there: not in the clear when the registry itself is not. */
  mayFollow({ protocol }: URL): boolean {
    return protocol === 'https:' || (protocol === 'http:' && this.endpoint.origin.startsWith('http:'));
  }

  private async authorized(request: RegistryRequest, url: URL): Promise<HttpResponse> {
    if (url.origin !== this.endpoint.origin) return this.transport.send(this.foreign(url), { ...request, url: url.href });
    const sent = this.authorizer.header(request.scope);
    const first = await this.transport.send(this.endpoint, withAuthorization(request, url, sent));
    if (first.status !== 401 || !isRepeatable(request.body)) return first;
    if (!(await this.authorizer.answer(first, request.scope, sent, request.signal))) return first;
    await drop(first);
    return this.transport.send(this.endpoint, withAuthorization(request, url, this.authorizer.header(request.scope)));
  }

  /** Storage behind a registry gets no authorization; it is in the URL already. */
  private async follow(request: RegistryRequest, response: HttpResponse, base: URL): Promise<HttpResponse> {
    const location = String(response.headers.location ?? '');
    await drop(response);
    if (!URL.canParse(location, base.href)) throw systemError(`${base.href} is redirected to nowhere`);
    const url = new URL(location, base.href);
    if (!this.mayFollow(url)) {
      throw systemError(`refusing to follow the redirect from ${base.origin} to ${url.origin}: it is not https`);
    }
    return this.authorized(request, url);
  }

  private foreign(url: URL): Endpoint {
    if (url.hostname === new URL(this.endpoint.origin).hostname) return { ...this.endpoint, origin: url.origin };
    return { origin: url.origin, verify: true, loopback: isLoopback(hostOf(url.host)) };
  }
}

function withAuthorization(request: RegistryRequest, url: URL, authorization: string | undefined): HttpRequest {
  const headers = authorization === undefined ? request.headers : { ...request.headers, authorization };
  return { method: request.method, url: url.href, headers, body: request.body, signal: request.signal };
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function isRepeatable(body: HttpRequest['body']): boolean {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
}

/** Gives the connection back without the body. */
async function drop({ body }: HttpResponse): Promise<void> {
  body.on('error', () => undefined);
  await (body as unknown as { dump(options: { limit: number }): Promise<void> }).dump({ limit: 64 << 10 }).catch(() => undefined);
}
