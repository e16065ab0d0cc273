import { Injectable } from '@nestjs/common';
import { invalidParameter, notFound } from '../base/errors.js';
import { parseReference } from '../base/reference.js';
import { Database } from '../state/database.js';
import { ANONYMOUS, type Credentials } from './credentials.js';

/** A login that is kept for a registry; its password is never told. */
export interface RegistryLogin {
  /** Host with its port, as image names have it; `docker.io` is Docker Hub. */
  readonly domain: string;
  readonly username: string;
}

/** The logins that the page uses at registries. They lie in the database, which is root's alone, and go to their registry only. */
@Injectable()
export class RegistryLogins {
  constructor(private readonly database: Database) {
    database.migrate('registry/login', [
      'CREATE TABLE registry_login (domain TEXT PRIMARY KEY, username TEXT NOT NULL, password TEXT NOT NULL) STRICT',
    ]);
  }

  /** In the order of their domains. */
  all(): RegistryLogin[] {
    return this.database.sqlite.prepare<[], RegistryLogin>('SELECT domain, username FROM registry_login ORDER BY domain').all();
  }

  /** Keeps a login, in the place of the one before. It has been tried. */
  set({ domain, username }: RegistryLogin, password: string): void {
    this.database.durable(() =>
      this.database.sqlite
        .prepare(
          `INSERT INTO registry_login (domain, username, password) VALUES (?, ?, ?)
           ON CONFLICT (domain) DO UPDATE SET username = excluded.username, password = excluded.password`,
        )
        .run(domain, username, password),
    );
  }

  /** @throws NotFound */
  remove(domain: string): void {
    const remove = () => this.database.sqlite.prepare('DELETE FROM registry_login WHERE domain = ?').run(domain);
    if (this.database.durable(remove).changes === 0) throw notFound(`there is no login for ${domain}`);
  }

  /** The login of a registry; undefined when none is kept. */
  credentials(domain: string): Credentials | undefined {
    const row = this.database.sqlite
      .prepare<[string], { username: string; password: string }>('SELECT username, password FROM registry_login WHERE domain = ?')
      .get(domain);
    return row && { ...ANONYMOUS, ...row, serverAddress: domain };
  }

  /** The header X-Registry-Config with every login that is kept, for builds. */
  configHeader(): string {
    const logins = this.all().map(({ domain, username }) => [domain, { username, password: this.credentials(domain)?.password ?? '' }]);
    return Buffer.from(JSON.stringify(Object.fromEntries(logins))).toString('base64url');
  }

  /** The header X-Registry-Auth for an image name; undefined when no login is kept for its registry. @throws InvalidParameter */
  headerFor(image: string): string | undefined {
    const login = this.credentials(parseReference(image).domain);
    if (!login) return undefined;
    const { username, password, serverAddress: serveraddress } = login;
    return Buffer.from(JSON.stringify({ username, password, serveraddress })).toString('base64url');
  }
}

/** The registry that people mean, as image names have it. @throws InvalidParameter */
export function registryDomain(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  if (/^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|hub\.docker\.com)$/.test(host)) return 'docker.io';
  const { domain } = parseReference(`${host}/x/y`);
  if (domain !== host) throw invalidParameter(`${text} is no registry: name its host, such as ghcr.io or registry.example.org:5000`);
  return domain;
}
