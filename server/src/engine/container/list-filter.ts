import type { ContainerSummary } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import type { Filters } from '../../base/filters.js';
import { linearPattern } from '../../base/linear-pattern.js';
import type { Container } from '../../container/container.js';
import { statusOf } from '../../container/state.js';
import type { Containers } from '../../container/store.js';
import type { Images } from '../../graph/images.js';
import { matchesLabels } from './label-filter.js';

/** The filters ContainerList takes. */
export const LIST_FILTERS =
  'ancestor before exited expose health id is-task isolation label name network publish since status volume'.split(' ');

const STATUSES = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'];
const HEALTH = ['starting', 'healthy', 'unhealthy', 'none'];

type Test = (value: string, container: Container, summary: ContainerSummary) => boolean;

/** Which containers a list shows: those that match one value of every filter (all values of `label`). */
export class ListFilter {
  private readonly before: string | undefined;
  private readonly since: string | undefined;
  private readonly ancestors: ReadonlySet<string>;

  constructor(
    private readonly filters: Filters,
    containers: Containers,
    images: Images,
  ) {
    requireOneOf('status', filters.get('status'), STATUSES);
    requireOneOf('health', filters.get('health'), HEALTH);
    const created = (name: string) => filters.get(name)?.map((reference) => containers.get(reference).record.created)[0];
    this.before = created('before');
    this.since = created('since');
    this.ancestors = new Set((filters.get('ancestor') ?? []).flatMap((reference) => withDescendants(images.called(reference), images)));
  }

  matches(container: Container, summary: ContainerSummary): boolean {
    const { created } = container.record;
    if (this.before !== undefined && created >= this.before) return false;
    if (this.since !== undefined && created <= this.since) return false;
    if (this.filters.has('ancestor') && !this.ancestors.has(container.record.image)) return false;
    if (!matchesLabels(container.record.config.Labels ?? {}, this.filters)) return false;
    return Object.entries(TESTS).every(([name, test]) => this.filters.get(name)?.some((value) => test(value, container, summary)) ?? true);
  }
}

const TESTS: Readonly<Record<string, Test>> = {
  id: (value, { id }) => id.startsWith(value),
  name: (value, { name }) => name === value || `/${name}` === value || matchesName(value, `/${name}`) || matchesName(value, name),
  status: (value, { state }) => statusOf(state) === value,
  exited: (value, { state }) => statusOf(state) === 'exited' && state.exitCode === Number(value),
  health: (value, { state }) => (state.health?.Status || 'none') === value,
  network: (value, _, { NetworkSettings }) =>
    Object.entries(NetworkSettings?.Networks ?? {}).some(([name, endpoint]) => name === value || isPrefix(endpoint.NetworkID, value)),
  volume: (value, { record }) => record.mounts.some(({ name, destination, source }) => [name, destination, source].includes(value)),
  publish: (value, _, { Ports }) =>
    (Ports ?? []).some(({ PublicPort, Type }) => PublicPort !== undefined && isPort(value, PublicPort, Type)),
  expose: (value, { record }, { Ports }) =>
    (Ports ?? []).some(({ PrivatePort, Type }) => isPort(value, PrivatePort, Type)) ||
    Object.keys(record.config.ExposedPorts ?? {}).some((port) => isPort(value, Number.parseInt(port, 10), port.split('/')[1] ?? 'tcp')),
  'is-task': (value) => value === 'false' || value === '0',
  isolation: (value) => value === 'default' || value === '',
};

/** The images and all that were built or committed from them. */
function withDescendants(ids: readonly string[], images: Images): string[] {
  return ids.flatMap((id) => [id, ...withDescendants(images.children(id), images)]);
}

function isPrefix(id: string | undefined, value: string): boolean {
  return value !== '' && (id?.startsWith(value) ?? false);
}

/** Names are matched as a pattern; one that is no pattern is taken as it stands. */
function matchesName(text: string, name: string): boolean {
  try {
    return linearPattern(text).test(name);
  } catch {
    return name.includes(text);
  }
}

/** Whether a port is in `80`, `80/udp` or `8000-8080/tcp`. */
function isPort(value: string, port: number, protocol: string): boolean {
  const [, first = '', last = first, wanted = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(value) ?? [];
  return first !== '' && port >= Number(first) && port <= Number(last) && protocol === wanted;
}

function requireOneOf(name: string, values: readonly string[] | undefined, allowed: readonly string[]): void {
  const wrong = values?.find((value) => !allowed.includes(value));
  if (wrong !== undefined) throw invalidParameter(`invalid filter '${name}=${wrong}'`);
}
