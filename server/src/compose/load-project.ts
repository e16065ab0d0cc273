import { basename, dirname, resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import { parseDotenv } from './dotenv.js';
import { Loader, type ReadText } from './load.js';
import { cyclesIn, type Dependency } from './order.js';
import { rangeOf, type ParsedFile } from './parse.js';
import { Problems, type Problem } from './problems.js';
import type { LoadResult, Placed, Project, ProjectRequest, Resource, Service } from './project.js';
import { asList, asTree, isTree, text, texts, type Tree } from './tree.js';
import { number } from './units.js';

/** Loads a project. Never throws for what is wrong in files: it says it. */
export async function loadProject(request: ProjectRequest, readText: ReadText): Promise<LoadResult> {
  const problems = new Problems();
  const [main = ''] = request.files;
  const folder = request.folder ?? dirname(main);
  const environment = await readEnvironment(request, folder, readText, problems);
  const { tree, parsed, variables } = await new Loader(readText, problems).load(request.files, folder, environment);
  const name = projectName(text(tree['name']) ?? request.name ?? environment.get('COMPOSE_PROJECT_NAME') ?? basename(folder));
  if (!name) problems.error(main, ['name'], 'the project needs a name with a letter or a digit in it');
  const wanted = new Set([...(request.profiles ?? []), ...(environment.get('COMPOSE_PROFILES')?.split(',') ?? [])]);
  const services = new Map<string, Service>();
  const disabled: string[] = [];
  const all = asTree(tree['services']);
  for (const [key, given] of Object.entries(all)) {
    const profiles = texts(asTree(given)['profiles']);
    const enabled = profiles.length === 0 || wanted.has('*') || profiles.some((profile) => wanted.has(profile));
    if (!enabled) disabled.push(key);
    else services.set(key, await toService(key, asTree(given), { main, environment, readText, problems }));
  }
  if (Object.keys(all).length === 0 && !problems.failed) problems.error(main, [], 'no service is defined: services: is missing or empty');
  const resources = (kind: string) => toResources(asTree(tree[kind]), name, kind === 'networks' || kind === 'volumes');
  const project: Project = {
    name,
    folder,
    files: request.files,
    services,
    disabled,
    profiles: [...new Set(Object.values(all).flatMap((service) => texts(asTree(service)['profiles'])))].sort(),
    networks: resources('networks'),
    volumes: resources('volumes'),
    configs: resources('configs'),
    secrets: resources('secrets'),
    environment,
  };
  checkReferences(project, Object.keys(all), main, problems);
  return { project: problems.failed ? undefined : project, problems: problems.all.map((problem) => place(problem, parsed)), variables };
}

/** Docker's rule: lower-case letters, digits, _ and -, a letter or digit first. */
export function projectName(given: string): string {
  return given
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

async function readEnvironment(
  { envFiles }: ProjectRequest,
  folder: string,
  readText: ReadText,
  problems: Problems,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const path of envFiles ?? [resolve(folder, '.env')]) {
    try {
      const content = await readText(path);
      if (content === undefined && envFiles) problems.error(path, [], `${path} does not exist`);
      for (const [name, value] of parseDotenv(content ?? '', (name) => values.get(name))) values.set(name, value);
    } catch (error) {
      problems.error(path, [], messageOf(error));
    }
  }
  return values;
}

interface ServicePlace {
  readonly main: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly readText: ReadText;
  readonly problems: Problems;
}

async function toService(name: string, spec: Tree, place: ServicePlace): Promise<Service> {
  const { main, problems } = place;
  if (spec['image'] === undefined && spec['build'] === undefined)
    problems.error(main, ['services', name], `service ${name} has neither an image nor a build`);
  const environment = { ...(await readFiles(name, spec, 'env_file', place)), ...inherited(asTree(spec['environment']), place.environment) };
  const labels = { ...(await readFiles(name, spec, 'label_file', place)), ...asTree(spec['labels']) };
  const replicas = spec['scale'] ?? asTree(spec['deploy'])['replicas'] ?? 1;
  let scale = 1;
  try {
    scale = number(replicas, 'scale');
  } catch {
    // The schema has said it.
  }
  if (scale > 1 && spec['container_name'] !== undefined)
    problems.error(
      main,
      ['services', name, 'container_name'],
      `service ${name} has a container_name, so that it cannot have ${scale} containers`,
    );
  return { name, spec: { ...spec, environment, labels }, scale, dependencies: dependenciesOf(spec) };
}

/** A name without a value takes the project's, and goes when there is none. */
function inherited(pairs: Tree, environment: ReadonlyMap<string, string>): Tree {
  return Object.fromEntries(
    Object.entries(pairs).flatMap(([name, value]) => {
      const found = value === null ? environment.get(name) : value;
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

async function readFiles(
  name: string,
  spec: Tree,
  key: 'env_file' | 'label_file',
  { main, environment, readText, problems }: ServicePlace,
): Promise<Tree> {
  const values = new Map<string, string>();
  for (const [at, item] of asList(spec[key]).entries()) {
    const { path, required, format } = isTree(item) ? item : { path: item, required: true, format: undefined };
    const content = await readText(String(path));
    if (content === undefined) {
      if (required !== false) problems.error(main, ['services', name, key, at], `${String(path)} does not exist`);
      continue;
    }
    try {
      const read =
        format === 'raw' ? rawPairs(content) : parseDotenv(content, (variable) => values.get(variable) ?? environment.get(variable));
      for (const [variable, value] of read) values.set(variable, value);
    } catch (error) {
      problems.error(main, ['services', name, key, at], `${String(path)}: ${messageOf(error)}`);
    }
  }
  return Object.fromEntries(values);
}

function rawPairs(content: string): Map<string, string> {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#') && line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** What it waits for: what it says itself, and those whose namespaces or volumes it shares. */
function dependenciesOf(spec: Tree): Dependency[] {
  const found = new Map<string, Dependency>();
  for (const [service, item] of Object.entries(asTree(spec['depends_on']))) {
    const { condition, required, restart } = asTree(item);
    found.set(service, {
      service,
      condition: (text(condition) ?? 'service_started') as Dependency['condition'],
      required: required !== false,
      restart: restart === true,
    });
  }
  const shared = ['network_mode', 'pid', 'ipc'].map((key) => /^service:(.+)$/.exec(text(spec[key]) ?? '')?.[1]);
  const mounted = texts(spec['volumes_from']).filter((item) => !item.startsWith('container:'));
  const linked = texts(spec['links']);
  for (const service of [...shared, ...[...mounted, ...linked].map((item) => item.split(':')[0])])
    if (service && !found.has(service)) found.set(service, { service, condition: 'service_started', required: true, restart: false });
  return [...found.values()];
}

function toResources(tree: Tree, project: string, prefixed: boolean): Map<string, Resource> {
  return new Map(
    Object.entries(tree).map(([key, given]) => {
      const spec = asTree(given);
      const external = spec['external'] === true || isTree(spec['external']);
      const own = text(asTree(spec['external'])['name']) ?? text(spec['name']);
      return [key, { key, name: own ?? (external || !prefixed ? key : `${project}_${key}`), external, spec }];
    }),
  );
}

/** What services name must be there. */
function checkReferences(project: Project, all: readonly string[], main: string, problems: Problems): void {
  for (const { name, spec, dependencies } of project.services.values()) {
    for (const { service, required } of dependencies) {
      const at = ['services', name, 'depends_on', service];
      if (!all.includes(service)) {
        if (required) problems.error(main, at, `service ${name} depends on ${service}, which is not defined`);
      } else if (!project.services.has(service) && required)
        problems.error(main, at, `service ${name} depends on ${service}, whose profile is not wanted`);
    }
    for (const network of Object.keys(asTree(spec['networks'])))
      if (network !== 'default' && !project.networks.has(network))
        problems.error(
          main,
          ['services', name, 'networks', network],
          `service ${name} is on the network ${network}, which is not defined below networks:`,
        );
    for (const [at, mount] of asList(spec['volumes']).entries()) {
      const { type, source } = asTree(mount);
      if (type === 'volume' && typeof source === 'string' && !project.volumes.has(source))
        problems.error(
          main,
          ['services', name, 'volumes', at],
          `service ${name} mounts the volume ${source}, which is not defined below volumes:`,
        );
    }
    for (const kind of ['configs', 'secrets'] as const)
      for (const [at, use] of asList(spec[kind]).entries()) {
        const source = String(asTree(use)['source']);
        const known = project[kind].get(source);
        if (!known)
          problems.error(main, ['services', name, kind, at], `service ${name} uses ${source}, which is not defined below ${kind}:`);
        else if (known.external)
          problems.error(main, [kind, source], `${source} is external: those are kept by a swarm, which this daemon is not part of`);
      }
  }
  for (const cycle of cyclesIn(project.services))
    problems.error(main, ['services', cycle[0] ?? '', 'depends_on'], `services wait for each other in a circle: ${cycle.join(', ')}`);
}

function place(problem: Problem, parsed: ReadonlyMap<string, ParsedFile>): Placed {
  const file = parsed.get(problem.file);
  const [from, to] = problem.range ?? (file ? rangeOf(file, problem.path) : [0, 0]);
  return { ...problem, from, to };
}
