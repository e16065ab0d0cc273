import { Inject, Injectable } from '@nestjs/common';
import type { Configuration } from 'openid-client';
import { DAEMON_CONFIG, type DaemonConfig, type OidcConfig } from '../../base/config.js';
import { forbidden, messageOf, notFound, unauthorized, unavailable } from '../../base/errors.js';
import { Challenges } from '../second-factor/challenges.js';
import { grantsOf } from './oidc-grants.js';
import { newToken } from '../token.js';
import { Users, type User } from '../users.js';

/** What has to be the same when somebody comes back from the provider. */
interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirect: string;
}

/** Signing in at an OpenID provider: authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1). */
@Injectable()
export class Oidc {
  private readonly journeys = new Challenges<Journey>();
  private found: Promise<Configuration> | undefined;

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'oidc'>,
    private readonly users: Users,
  ) {}

  /** What the provider is called; undefined where there is none. */
  get name(): string | undefined {
    return this.config.oidc?.name;
  }

  /**
   * Sends somebody to the provider.
   * @param redirect where they are to come back to
   * @returns where to go, and the secret that their browser has to bring back
   */
  async begin(redirect: string): Promise<{ url: string; ticket: string }> {
    const client = await import('openid-client');
    const provider = await this.provider();
    const [ticket, verifier] = [newToken(), client.randomPKCECodeVerifier()];
    const journey = { state: client.randomState(), nonce: client.randomNonce(), verifier, redirect };
    this.journeys.add(ticket, journey);
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: redirect,
      scope: scopesOf(this.settings(), provider),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: journey.state,
      nonce: journey.nonce,
    });
    return { url: url.href, ticket };
  }

  /**
   * Somebody comes back. Whoever comes for the first time becomes a user; what they may do is what their groups come to now.
   * @param query of the address they were sent back to
   * @throws Unauthorized for what the provider has not sent; Forbidden for those without a role, or disabled
   */
  async finish(ticket: string, query: string): Promise<User> {
    const client = await import('openid-client');
    const journey = this.journeys.take(ticket);
    if (!journey) throw unauthorized('the sign-in took too long, or was begun in another browser: begin again');
    const provider = await this.provider();
    const address = new URL(journey.redirect);
    address.search = query;
    const checks = {
      pkceCodeVerifier: journey.verifier,
      expectedState: journey.state,
      expectedNonce: journey.nonce,
      idTokenExpected: true,
    };
    const tokens = await client.authorizationCodeGrant(provider, address, checks).catch((error: unknown) => {
      throw unauthorized(`${this.settings().name} did not let you in: ${messageOf(error)}`, error);
    });
    const claims = tokens.claims();
    if (!claims) throw unauthorized(`${this.settings().name} did not say who you are`);
    const more = provider.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub).catch((error: unknown) => {
          throw unavailable(`${this.settings().name} does not tell about you: ${messageOf(error)}`, error);
        })
      : {};
    return this.userOf({ ...more, ...claims });
  }

  private userOf(claims: Readonly<Record<string, unknown>> & { readonly sub: string }): User {
    const settings = this.settings();
    const grants = grantsOf(settings, claims[settings.groupsClaim]);
    if (!grants) throw forbidden(`none of your groups at ${settings.name} has a role here: ask an admin`);
    const subject = `${settings.issuer} ${claims.sub}`;
    const known = this.users.findSubject(subject);
    if (!known) {
      const user = { name: this.freeName(claims), ...grants };
      this.users.add(user, '', subject);
      return user;
    }
    if (known.disabled) throw forbidden('you may not sign in here any more: ask an admin');
    const before = JSON.stringify([known.role, known.projects]);
    if (before !== JSON.stringify([grants.role, grants.projects])) this.users.change(known.name, { ...grants, disabled: false });
    return { name: known.name, ...grants };
  }

  /** A name that nobody has: who is who the provider's `sub` says, never a name. */
  private freeName(claims: Readonly<Record<string, unknown>>): string {
    const wanted = [claims['preferred_username'], claims['email'], claims['sub']].find((text) => typeof text === 'string' && text !== '');
    const plain =
      String(wanted)
        .replaceAll(/[^A-Za-z0-9_.@-]/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, 56) || 'user';
    for (let number = 1; ; number++) {
      const name = number === 1 ? plain : `${plain}-${number}`;
      if (!this.users.find(name)) return name;
    }
  }

  /** Found out at the first sign-in, and again when that failed. */
  private provider(): Promise<Configuration> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = undefined;
      throw unavailable(`${this.settings().name} cannot be reached: ${messageOf(error)}`, error);
    });
    return this.found;
  }

  private async discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.settings();
    const address = new URL(issuer);
    // Only on this host: the configuration says so.
    const execute = address.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
    return client.discovery(address, clientId, undefined, authentication, { execute });
  }

  private settings(): OidcConfig {
    if (!this.config.oidc) throw notFound('there is no OpenID provider to sign in at');
    return this.config.oidc;
  }
}

/** What is asked for besides who somebody is, as far as the provider knows it. */
function scopesOf({ groupsClaim }: OidcConfig, provider: Configuration): string {
  const known = provider.serverMetadata().scopes_supported ?? [];
  return ['openid', ...['profile', 'email', groupsClaim].filter((scope) => known.includes(scope))].join(' ');
}
