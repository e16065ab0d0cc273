import type { ContainerCreateRequest, HealthConfig } from '../api/generated/types.gen.js';
import { containerLabels, imageOf } from './labels.js';
import type { Project, Service } from './project.js';
import type { Surroundings } from './surroundings.js';
import { toEndpoints } from './to-endpoints.js';
import { toHostConfig } from './to-host-config.js';
import { asList, asTree, compact, text, texts, type Tree } from './tree.js';
import { boolean, nanoseconds, number, words } from './units.js';

/** The body of ContainerCreate for container `number` of a service. @throws InvalidParameter */
export function toContainer(project: Project, service: Service, number: number, around: Surroundings): ContainerCreateRequest {
  const { spec } = service;
  const labels = { ...(asTree(spec['labels']) as Record<string, string>), ...containerLabels(project, service, number, around.image) };
  return compact({
    Image: imageOf(project, service),
    Cmd: wordsOf(spec, 'command'),
    Entrypoint: wordsOf(spec, 'entrypoint'),
    Env: Object.entries(asTree(spec['environment'])).map(([name, value]) => `${name}=${String(value)}`),
    Labels: labels,
    Hostname: text(spec['hostname']),
    Domainname: text(spec['domainname']),
    User: text(spec['user']),
    WorkingDir: text(spec['working_dir']),
    Tty: spec['tty'] === undefined ? undefined : boolean(spec['tty'], 'tty'),
    OpenStdin: spec['stdin_open'] === undefined ? undefined : boolean(spec['stdin_open'], 'stdin_open'),
    StopSignal: text(spec['stop_signal']),
    StopTimeout:
      spec['stop_grace_period'] === undefined ? undefined : Math.ceil(nanoseconds(spec['stop_grace_period'], 'stop_grace_period') / 1e9),
    ExposedPorts: exposed(spec),
    Healthcheck: toHealth(asTree(spec['healthcheck'])),
    HostConfig: toHostConfig(project, service, around),
    NetworkingConfig: { EndpointsConfig: toEndpoints(project, service) },
  });
}

function wordsOf(spec: Tree, key: 'command' | 'entrypoint'): string[] | undefined {
  const value = spec[key];
  if (value === undefined || value === null) return undefined;
  const found = words(value, key);
  // An empty entrypoint takes the image's away; an empty command asks for none.
  return key === 'entrypoint' && found.length === 0 ? [''] : found;
}

function exposed(spec: Tree): Record<string, Record<string, never>> | undefined {
  const published = asList(spec['ports']).map((port) => `${String(asTree(port)['target'])}/${String(asTree(port)['protocol'] ?? 'tcp')}`);
  const exposed = texts(spec['expose']).map((port) => (port.includes('/') ? port : `${port}/tcp`));
  const all = [...published, ...exposed];
  return all.length === 0 ? undefined : Object.fromEntries(all.map((port) => [port, {}]));
}

function toHealth(health: Tree): HealthConfig | undefined {
  if (Object.keys(health).length === 0) return undefined;
  if (health['disable'] !== undefined && boolean(health['disable'], 'disable')) return { Test: ['NONE'] };
  const time = (key: string) => (health[key] === undefined ? undefined : nanoseconds(health[key], key));
  const { test } = health;
  return compact({
    Test: test === undefined ? undefined : Array.isArray(test) ? test.map(String) : ['CMD-SHELL', String(test)],
    Interval: time('interval'),
    Timeout: time('timeout'),
    StartPeriod: time('start_period'),
    StartInterval: time('start_interval'),
    Retries: health['retries'] === undefined ? undefined : number(health['retries'], 'retries'),
  });
}
