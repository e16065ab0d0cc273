import { invalidParameter, systemError } from '../base/errors.js';
import type { Credentials } from './credentials.js';
import { type Endpoint, endpointsOf } from './endpoint.js';
import { readError, TransportError } from './errors.js';
import type { Transport } from './transport.js';

/** A repository that a search found. */
export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly isOfficial: boolean;
  readonly stars: number;
}

const INDEX: Endpoint = { origin: 'https://index.docker.io', verify: true, loopback: false };
const LARGEST_ANSWER = 4 << 20;

/**
 * Asks a registry's old index for repositories; `term` may begin with the registry's host.
 * @throws TransportError, RegistryError when the registry has no index
 */
export async function search(
  transport: Transport,
  term: string,
  limit: number,
  insecure: readonly string[],
  credentials: Credentials,
  signal: AbortSignal,
): Promise<SearchResult[]> {
  if (term.includes('://')) throw invalidParameter(`invalid repository name: repository name (${term}) should not have a scheme`);
  const [first = '', ...rest] = term.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const own = hasHost && first !== 'docker.io' && first !== 'index.docker.io';
  const query = new URLSearchParams({ q: hasHost ? rest.join('/') : term, n: String(limit) });
  const endpoints = own ? endpointsOf(first, insecure) : [INDEX];
  let failure: unknown;
  for (const endpoint of endpoints) {
    try {
      return await ask(transport, endpoint, query, credentials, signal);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function ask(transport: Transport, endpoint: Endpoint, query: URLSearchParams, credentials: Credentials, signal: AbortSignal) {
  const login = credentials.username ? Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64') : undefined;
  const headers = { 'x-docker-token': 'true', ...(login && { authorization: `Basic ${login}` }) };
  const response = await transport.send(endpoint, { method: 'GET', url: `${endpoint.origin}/v1/search?${query}`, headers, signal });
  if (response.status !== 200) throw await readError(response.status, response.headers, response.body);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_ANSWER) throw systemError('the answer to the search is too large');
    chunks.push(chunk as Buffer);
  }
  return resultsOf(Buffer.concat(chunks).toString('utf8'));
}

function resultsOf(text: string): SearchResult[] {
  let json: { results?: unknown };
  try {
    json = JSON.parse(text) as { results?: unknown };
  } catch (error) {
    throw systemError('the answer to the search is not JSON', error);
  }
  const results = Array.isArray(json?.results) ? (json.results as Record<string, unknown>[]) : [];
  return results.map((result) => ({
    name: String(result?.name ?? ''),
    description: String(result?.description ?? ''),
    isOfficial: result?.is_official === true,
    stars: Number(result?.star_count ?? 0) || 0,
  }));
}
