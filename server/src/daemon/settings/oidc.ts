import { readFileSync } from 'node:fs';
import type { OidcConfig, OidcRole } from '../../base/config.js';
import { invalidParameter, messageOf } from '../../base/errors.js';
import type { Settings } from './flags.js';

const ROLE = /^(viewer|operator|admin)(?:@([a-z0-9][a-z0-9_-]*))?$/;

/** How people sign in at an OpenID provider; undefined where they do not. @throws InvalidParameter naming the flag */
export function oidcOf(settings: Settings): OidcConfig | undefined {
  const text = (name: keyof Settings) => settings[name] as string | undefined;
  const issuer = text('oidc-issuer');
  if (issuer === undefined) return undefined;
  const clientId = text('oidc-client-id');
  if (!clientId) throw invalidParameter('--oidc-issuer needs --oidc-client-id');
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol))
    throw invalidParameter(`--oidc-issuer ${issuer} is no address: write it as https://login.example`);
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    throw invalidParameter(`--oidc-issuer ${issuer} must be https:// unless it is on this host`);
  const roles = Object.entries((settings['oidc-role'] as Record<string, string> | undefined) ?? {}).flatMap(([group, words]) =>
    words.split(',').map((word) => readRole(group, word.trim())),
  );
  if (roles.length === 0) throw invalidParameter('--oidc-issuer needs --oidc-role GROUP=ROLE, or nobody has a role');
  return {
    issuer,
    clientId,
    clientSecret: secretIn(text('oidc-client-secret-file')),
    name: text('oidc-name') ?? hostname,
    groupsClaim: text('oidc-groups-claim') ?? 'groups',
    roles,
  };
}

function readRole(group: string, word: string): OidcRole {
  const [, role, project] = ROLE.exec(word) ?? [];
  if (role === undefined || (role === 'admin' && project !== undefined))
    throw invalidParameter(`--oidc-role ${group}=${word} is not understood: write GROUP=viewer, GROUP=operator@PROJECT or GROUP=admin`);
  return { group, role: role as OidcRole['role'], project };
}

/** From a file: what is on a command line everybody on the host can read. */
function secretIn(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw invalidParameter(`cannot read --oidc-client-secret-file ${path}: ${messageOf(error)}`, error);
  }
}
