import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import type { Reference } from '../base/reference.js';
import { ANONYMOUS, type Credentials } from './credentials.js';
import { endpointsOf, isHub, mirrorEndpoints } from './endpoint.js';
import { Repository } from './repository.js';
import { search, type SearchResult } from './search.js';
import { Session } from './session.js';
import { PATIENCE, type Patience, Transport } from './transport.js';

/** The way to registries. */
@Injectable()
export class Registry implements OnApplicationShutdown {
  private ownPatience: Patience | undefined;
  private transport = new Transport(PATIENCE);

  constructor(
    @Inject(DAEMON_CONFIG)
    private readonly config: Pick<DaemonConfig, 'insecureRegistries'> &
      Partial<Pick<DaemonConfig, 'registryMirrors' | 'maxDownloadAttempts'>>,
  ) {}

  /** Waits as long as `patience` says. */
  withPatience(patience: Patience): this {
    this.ownPatience = patience;
    this.transport = new Transport(patience);
    return this;
  }

  private get patience(): Patience {
    return this.ownPatience ?? { ...PATIENCE, tries: this.config.maxDownloadAttempts ?? PATIENCE.tries };
  }

  /** Reaches the registry of `domain`. @throws TransportError when it cannot be reached */
  session(domain: string, credentials: Credentials, signal?: AbortSignal): Promise<Session> {
    return Session.open(this.transport, endpointsOf(domain, this.config.insecureRegistries), credentials, signal);
  }

  /** The repository of an image name. @throws TransportError when its registry cannot be reached */
  async repository(
    reference: Pick<Reference, 'domain' | 'path'>,
    credentials: Credentials,
    actions: 'pull' | 'pull,push',
    signal?: AbortSignal,
  ): Promise<Repository> {
    const session = await this.session(reference.domain, credentials, signal);
    return new Repository(session, reference.path, this.patience, actions);
  }

  /** URLs of the mirrors that are asked before the registry of `domain`: only Docker Hub has some. */
  mirrorsOf(domain: string): readonly string[] {
    return isHub(domain) ? (this.config.registryMirrors ?? []) : [];
  }

  /** The repository at a mirror. No login of the registry goes there. @throws TransportError when it cannot be reached */
  async mirrored(mirror: string, { path }: Pick<Reference, 'path'>, signal?: AbortSignal): Promise<Repository> {
    const session = await Session.open(this.transport, mirrorEndpoints(mirror, this.config.insecureRegistries), ANONYMOUS, signal);
    return new Repository(session, path, this.patience, 'pull');
  }

  /** Repositories that a registry's index has for `term`. @throws TransportError, RegistryError */
  search(term: string, limit: number, credentials: Credentials, signal: AbortSignal): Promise<SearchResult[]> {
    return search(this.transport, term, limit, this.config.insecureRegistries, credentials, signal);
  }

  /**
   * Tries a login. @returns the refresh token the registry gave for it, if any
   * @throws RegistryError, Unauthorized when it is refused, TransportError
   */
  async login(domain: string, credentials: Credentials, signal: AbortSignal): Promise<string | undefined> {
    const session = await this.session(domain, credentials, signal);
    const response = await session.send({ method: 'GET', path: '/v2/', scope: '', signal }, [200]);
    response.body.resume();
    return session.authorizer.identityToken;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
