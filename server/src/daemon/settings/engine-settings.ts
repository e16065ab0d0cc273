import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DaemonConfig, GenericResource, ProxyConfig, SeccompDefault } from '../../base/config.js';
import { invalidParameter, messageOf } from '../../base/errors.js';
import type { Settings } from './flags.js';

/** By which registries and downloads are reached. @throws InvalidParameter for one that is no URL */
export function proxiesOf(settings: Settings): ProxyConfig {
  const proxy = (name: 'http-proxy' | 'https-proxy') => {
    const value = settings[name] as string | undefined;
    if (value && !URL.canParse(value.includes('://') ? value : `http://${value}`)) throw invalidParameter(`--${name} ${value} is no URL`);
    return value || undefined;
  };
  return { http: proxy('http-proxy'), https: proxy('https-proxy'), none: (settings['no-proxy'] as string | undefined) || undefined };
}

/** Features by name: a list of `name=true` as flags, {name: true} in the file. @throws InvalidParameter */
export function featuresOf(setting: unknown): DaemonConfig['features'] {
  const wrong = (given: unknown) => invalidParameter(`--feature must be name=true or name=false, not ${JSON.stringify(given)}`);
  if (setting === undefined) return {};
  if (Array.isArray(setting)) {
    return Object.fromEntries(
      setting.map((word) => {
        const [, name, value = 'true'] = /^([^=]+)(?:=(true|false))?$/.exec(String(word)) ?? [];
        if (name === undefined) throw wrong(word);
        return [name, value === 'true'];
      }),
    );
  }
  if (typeof setting !== 'object' || setting === null) throw wrong(setting);
  for (const [name, value] of Object.entries(setting)) if (typeof value !== 'boolean') throw wrong({ [name]: value });
  return setting as Record<string, boolean>;
}

/** `kind=3` is a number of them, `kind=name` one of them; all of a kind are of one form. @throws InvalidParameter */
export function genericResourcesOf(words: readonly string[]): readonly GenericResource[] {
  const numbered = new Set<string>();
  const named = new Set<string>();
  const resources = words.map((word): GenericResource => {
    const [, kind, value] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
    if (kind === undefined || value === undefined)
      throw invalidParameter(`--node-generic-resource must be kind=number or kind=name, not ${word}`);
    const isNumber = /^\d+$/.test(value);
    if (isNumber && numbered.has(kind)) throw invalidParameter(`--node-generic-resource: the number of ${kind} is given twice`);
    (isNumber ? numbered : named).add(kind);
    if (numbered.has(kind) && named.has(kind)) throw invalidParameter(`--node-generic-resource: ${kind} has a number or names, not both`);
    return isNumber ? { DiscreteResourceSpec: { Kind: kind, Value: Number(value) } } : { NamedResourceSpec: { Kind: kind, Value: value } };
  });
  return resources;
}

/** @throws InvalidParameter when there is no such file, or no JSON in it */
export function seccompDefaultOf(setting: string): SeccompDefault {
  if (setting === '' || setting === 'builtin') return { name: 'builtin', profile: 'builtin' };
  if (setting === 'unconfined') return { name: setting, profile: setting };
  const path = resolve(setting);
  try {
    const profile = readFileSync(path, 'utf8');
    JSON.parse(profile);
    return { name: path, profile };
  } catch (error) {
    throw invalidParameter(`--seccomp-profile ${setting} cannot be used: ${messageOf(error)}`, error);
  }
}

/** Sockets in their full form: `:2375` and `tcp://1.2.3.4` are understood as dockerd does. @throws InvalidParameter */
export function hostsOf(hosts: readonly string[], tls: boolean, fallback: string): string[] {
  return hosts.map((host) => {
    const full = completed(host.trim(), tls, fallback);
    if (!/^(unix:\/\/\/.|tcp:\/\/.*:\d+$|fd:\/\/[^/]*$)/.test(full))
      throw invalidParameter(`--host ${host} is not understood: write unix:///path, tcp://address:port or fd://`);
    return full;
  });
}

function completed(host: string, tls: boolean, fallback: string): string {
  if (host === '' || host === 'unix://') return fallback;
  const tcp = host.startsWith('tcp://') ? host.slice('tcp://'.length) : host.includes('://') ? undefined : host;
  if (tcp === undefined || tcp.includes('/')) return host;
  const [, address, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(tcp) ?? [];
  if (address === undefined) return host;
  return `tcp://${address === '' && port === undefined ? 'localhost' : address}:${port ?? (tls ? 2376 : 2375)}`;
}
