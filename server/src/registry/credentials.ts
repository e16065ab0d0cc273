import { invalidParameter } from '../base/errors.js';

/** A login at a registry: Docker's AuthConfig with what clients leave out taken as empty. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Refresh token that stands for user and password. */
  readonly identityToken: string;
  /** Bearer token that is sent as it is. */
  readonly registryToken: string;
  readonly serverAddress: string;
}

export const ANONYMOUS: Credentials = { username: '', password: '', identityToken: '', registryToken: '', serverAddress: '' };

/**
 * Reads the header X-Registry-Auth: base64url of an AuthConfig's JSON; nothing, `{}` and `null` are anonymous.
 * @throws InvalidParameter
 */
export function parseRegistryAuth(header: string | undefined): Credentials {
  if (header === undefined || header === '') return ANONYMOUS;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch (error) {
    throw invalidParameter('invalid X-Registry-Auth header: expected the base64url of JSON', error);
  }
  return credentialsOf((json ?? {}) as Record<string, unknown>);
}

/** Credentials of an AuthConfig; `auth` is base64 of user:password. @throws InvalidParameter */
export function credentialsOf(config: Readonly<Record<string, unknown>>): Credentials {
  const text = (field: string): string => {
    const value = config[field] ?? '';
    if (typeof value !== 'string') throw invalidParameter(`invalid X-Registry-Auth header: ${field} is not a string`);
    return value;
  };
  const [user, password] = splitAuth(text('auth'));
  return {
    username: text('username') || user,
    password: text('password') || password,
    identityToken: text('identitytoken'),
    registryToken: text('registrytoken'),
    serverAddress: text('serveraddress'),
  };
}

function splitAuth(auth: string): [user: string, password: string] {
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? ['', ''] : [decoded.slice(0, colon), decoded.slice(colon + 1).replace(/\0+$/, '')];
}
