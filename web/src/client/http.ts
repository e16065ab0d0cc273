import { client as dashboard } from './generated/dashboard/client.gen';
import { client as docker } from './generated/docker/client.gen';
import { ApiError } from './errors';

interface Fields<Data> {
  data?: Data;
  error?: unknown;
  response?: Response;
}

let token = '';
let onSignedOut: () => void = () => {};

/** Sets what every request that changes something carries; empty when nobody is signed in. */
export function setRequestToken(value: string): void {
  token = value;
}

/** Calls `callback` when the daemon answers 401 to a request of a signed-in page. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

/** The header that proves a request is this page's own. */
export function tokenHeader(): Record<string, string> {
  return token ? { 'X-Slipway-Token': token } : {};
}

for (const client of [docker, dashboard]) {
  client.interceptors.request.use((request) => {
    if (token && request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-Slipway-Token', token);
    return request;
  });
  client.interceptors.response.use((response) => {
    if (response.status === 401 && token) onSignedOut();
    return response;
  });
}

/**
 * The data of a generated client call.
 * @throws ApiError with the daemon's message when it answered an error, or status 0 when it could not be reached.
 */
export async function answer<Data>(call: Promise<Fields<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response) throw new ApiError('the daemon cannot be reached; is it running?', 0);
  if (!response.ok)
    throw new ApiError(
      messageIn(error) ?? `the daemon answered ${response.status}`,
      response.status,
      response.headers.get('x-slipway-needs') ?? '',
    );
  return data as NonNullable<Data>;
}

function messageIn(body: unknown): string | undefined {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return typeof body === 'string' && body ? body : undefined;
}
