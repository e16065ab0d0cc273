import * as http from 'node:http';
import type { ProxyConfig } from '../../base/config.js';

/** Where programs look for proxies, in both spellings. */
const VARIABLES = { http: 'HTTP_PROXY', https: 'HTTPS_PROXY', none: 'NO_PROXY' } as const;

/**
 * Makes the proxies of the configuration those of the process and of the programs it starts, over what the environment says.
 * Registries' clients read them there; so do downloads from now on.
 */
export function useProxies(proxies: ProxyConfig, environment: NodeJS.ProcessEnv = process.env): void {
  for (const [kind, name] of Object.entries(VARIABLES) as [keyof ProxyConfig, string][]) {
    const value = proxies[kind];
    if (value !== undefined) environment[name] = environment[name.toLowerCase()] = value;
  }
  if (environment['HTTP_PROXY'] || environment['HTTPS_PROXY']) http.setGlobalProxyFromEnv(environment);
}
