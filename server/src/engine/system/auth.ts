import { Injectable } from '@nestjs/common';
import type { AuthConfig, AuthResponse } from '../../api/generated/types.gen.js';
import { KindError, systemError, unauthorized, unavailable } from '../../base/errors.js';
import { credentialsOf } from '../../registry/credentials.js';
import { RegistryError, TransportError } from '../../registry/errors.js';
import { Registry } from '../../registry/registry.js';
import type { Job, JobContext } from '../job.js';

/** Tries a login at a registry. */
@Injectable()
export class SystemAuth implements Job<AuthConfig | undefined, AuthResponse> {
  constructor(private readonly registry: Registry) {}

  async run(login: AuthConfig = {}, { signal }: JobContext): Promise<AuthResponse> {
    const domain = registryOf(login.serveraddress ?? '');
    try {
      const identityToken = await this.registry.login(domain, credentialsOf({ ...login }), signal);
      return { Status: 'Login Succeeded', IdentityToken: identityToken ?? '' };
    } catch (error) {
      throw loginError(error, domain);
    }
  }
}

function loginError(error: unknown, domain: string): unknown {
  if (error instanceof KindError) return error;
  if (error instanceof RegistryError && (error.status === 401 || error.status === 403)) {
    return unauthorized(`login attempt to ${domain} failed: ${error.message}: incorrect username or password`, error);
  }
  if (error instanceof RegistryError || error instanceof TransportError) return unavailable(error.message, error);
  return systemError((error as Error).message, error);
}

/** The registry of a server address, which may be a URL; the old index of Docker Hub is the Hub. */
function registryOf(address: string): string {
  const host = address.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === '' || host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}
