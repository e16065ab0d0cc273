import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { KindError } from '../base/errors.js';
import { PRODUCT } from '../base/product.js';
import { certificatesOf } from './certificates.js';
import { type Endpoint, isLoopback } from './endpoint.js';
import { TransportError } from './errors.js';

/** How long to wait for a registry, in milliseconds. */
export interface Patience {
  readonly connect: number;
  /** For the head of an answer, and between two pieces of its body. */
  readonly idle: number;
  /** Tries for what may be asked again, when none of them gets on. */
  readonly tries: number;
  /** Before the second try; twice that before the third, and so on. */
  readonly backOff: number;
}

export const PATIENCE: Patience = { connect: 15_000, idle: 30_000, tries: 5, backOff: 500 };

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | AsyncIterable<Buffer> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** A daemon that never speaks to a registry does not hold the client in memory. */
const client = () => import('undici');

/** Speaks HTTP to registries, each over connections that fit how far it is trusted. Follows no redirects. */
export class Transport {
  private readonly dispatchers = new Map<string, Dispatcher>();

  constructor(private readonly patience: Patience) {}

  /** @throws TransportError, or the signal's reason */
  async send(endpoint: Endpoint, { method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    try {
      const undici = await client();
      const response = await undici.request(url, {
        method,
        headers: { 'user-agent': `${PRODUCT.name}/${PRODUCT.version}`, ...headers },
        body: body as Dispatcher.DispatchOptions['body'],
        signal,
        dispatcher: this.dispatcher(undici, endpoint),
      });
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof KindError) throw error;
      throw new TransportError(method, url, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.dispatchers.clear();
  }

  private dispatcher({ Agent, EnvHttpProxyAgent }: typeof import('undici'), { origin, verify, loopback }: Endpoint): Dispatcher {
    const own = origin.startsWith('https:') ? certificatesOf(new URL(origin).host) : undefined;
    const key = `${verify} ${loopback}${own ? ` ${origin} ${own.state}` : ''}`;
    const known = this.dispatchers.get(key);
    if (known) return known;
    const tls = {
      rejectUnauthorized: verify,
      ...(verify && { ca: [...authorities(), ...(own?.ca ?? [])] }),
      ...(own && own.cert.length > 0 && { cert: [...own.cert], key: [...own.key] }),
    };
    const options = {
      connect: { ...tls, timeout: this.patience.connect, ...(loopback && { lookup: lookupLoopback }) },
      headersTimeout: this.patience.idle,
      bodyTimeout: this.patience.idle,
    };
    const dispatcher = loopback ? new Agent(options) : new EnvHttpProxyAgent({ ...options, requestTls: tls });
    this.dispatchers.set(key, dispatcher);
    return dispatcher;
  }
}

/** The authorities Node trusts and those the administrator of this machine added. */
function authorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

/** Dials loopback and nothing else, whatever the hosts file or DNS say of `localhost`. */
const lookupLoopback: LookupFunction = (host, options, callback) => {
  if (!isLoopback(host)) return callback(new Error(`${host} is not on this machine`), '');
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all) callback(null, addresses);
  else callback(null, '127.0.0.1', 4);
};
