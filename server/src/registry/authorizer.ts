import { unauthorized } from '../base/errors.js';
import { type Challenge, parseChallenges } from './challenge.js';
import type { Credentials } from './credentials.js';
import { type Endpoint, hostOf, isLoopback } from './endpoint.js';
import { readError } from './errors.js';
import type { HttpResponse, Transport } from './transport.js';

const CLIENT_ID = 'docker';
const LARGEST_TOKEN = 256 << 10;

/** Gets the Authorization headers for one registry, whose challenges alone it answers. */
export class Authorizer {
  /** Authorization header by scope; tokens are good for one piece of work. */
  private readonly headers = new Map<string, string>();
  /** Refresh token that a login brought. */
  identityToken: string | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly endpoint: Endpoint,
    private readonly credentials: Credentials,
  ) {}

  /** The header to send for `scope`, as far as it is known. */
  header(scope: string): string | undefined {
    if (this.credentials.registryToken) return `Bearer ${this.credentials.registryToken}`;
    return this.headers.get(scope);
  }

  /**
   * Answers a 401 of the registry. @returns whether there is a header now that was not sent yet
   * @throws Unauthorized when the token server refuses the login
   */
  async answer(response: HttpResponse, scope: string, sent: string | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    const header = await this.solve(parseChallenges(response.headers['www-authenticate']), scope, signal);
    if (header === undefined || header === sent) return false;
    this.headers.set(scope, header);
    return true;
  }

  private async solve(challenges: readonly Challenge[], scope: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return `Bearer ${await this.fetchToken(bearer.parameters, scope, signal)}`;
    const basic = challenges.some(({ scheme }) => scheme === 'basic');
    return basic && this.credentials.username !== '' ? basicHeader(this.credentials) : undefined;
  }

  /** Distribution's token authentication: GET with basic authorization, or POST of OAuth 2 when there is a refresh token. */
  private async fetchToken(parameters: Readonly<Record<string, string>>, scope: string, signal: AbortSignal | undefined): Promise<string> {
    const realm = this.checkedRealm(parameters.realm);
    const service = parameters.service ?? '';
    const scopes = [...new Set([scope, ...(scope === '' ? [parameters.scope ?? ''] : [])])].filter((each) => each !== '');
    const response = this.credentials.identityToken
      ? await this.postForToken(realm, service, scopes, signal)
      : await this.getToken(realm, service, scopes, signal);
    if (response.status !== 200) throw unauthorized(`${(await readError(response.status, response.headers, response.body)).message}`);
    const json = await readJson(response);
    if (typeof json.refresh_token === 'string') this.identityToken = json.refresh_token;
    const token = json.token ?? json.access_token;
    if (typeof token !== 'string' || /[\r\n]/.test(token))
      throw unauthorized('the authorization server did not include a token in its answer');
    return token;
  }

  private getToken(realm: URL, service: string, scopes: readonly string[], signal: AbortSignal | undefined): Promise<HttpResponse> {
    const url = new URL(realm);
    if (service) url.searchParams.set('service', service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    const { username } = this.credentials;
    if (username) url.searchParams.set('account', username);
    if (username && scopes.length === 0) {
      url.searchParams.set('offline_token', 'true');
      url.searchParams.set('client_id', CLIENT_ID);
    }
    const headers = username ? { authorization: basicHeader(this.credentials) } : undefined;
    return this.transport.send(this.endpointOf(realm), { method: 'GET', url: url.href, headers, signal });
  }

  private postForToken(realm: URL, service: string, scopes: readonly string[], signal: AbortSignal | undefined): Promise<HttpResponse> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: this.credentials.identityToken,
      service,
      client_id: CLIENT_ID,
    });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.transport.send(this.endpointOf(realm), { method: 'POST', url: realm.href, headers, body: form.toString(), signal });
  }

  /** A login goes over TLS, unless the registry itself is on plain HTTP and its tokens come from the same host. */
  private checkedRealm(text: string | undefined): URL {
    if (text === undefined || !URL.canParse(text)) throw unauthorized('the registry names no place to get a token');
    const realm = new URL(text);
    const plain =
      realm.protocol === 'http:' && this.endpoint.origin.startsWith('http:') && realm.hostname === new URL(this.endpoint.origin).hostname;
    if (realm.protocol !== 'https:' && !plain) throw unauthorized(`refusing to send a login to ${realm.origin}: it is not https`);
    return realm;
  }

  private endpointOf(realm: URL): Endpoint {
    if (realm.hostname === new URL(this.endpoint.origin).hostname) return { ...this.endpoint, origin: realm.origin };
    return { origin: realm.origin, verify: true, loopback: isLoopback(hostOf(realm.host)) };
  }
}

function basicHeader({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function readJson({ body }: HttpResponse): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_TOKEN) throw unauthorized('the answer of the authorization server is too large');
    chunks.push(chunk as Buffer);
  }
  try {
    return (JSON.parse(Buffer.concat(chunks).toString('utf8')) ?? {}) as Record<string, unknown>;
  } catch (error) {
    throw unauthorized('the answer of the authorization server is not JSON', error);
  }
}
