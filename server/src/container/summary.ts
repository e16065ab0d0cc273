import type { ContainerSummary, EndpointSettings, PortMap, PortSummary } from '../api/generated/types.gen.js';
import { argumentsOf, type Container } from './container.js';
import { toMountPoint } from './mount.js';
import { statusOf } from './state.js';

/** The part of a container's network settings that a list shows. */
export interface ShownNetwork {
  readonly Ports?: PortMap;
  readonly Networks?: Record<string, EndpointSettings> | null;
}

/** A line of `docker ps`. What does not pass with time is kept with the container until it changes. */
export function summarize(container: Container, network: () => ShownNetwork): ContainerSummary {
  container.summary ??= stableSummary(container, network());
  return { ...container.summary, State: statusOf(container.state), Status: statusText(container) };
}

function stableSummary(container: Container, network: ShownNetwork): ContainerSummary {
  const { id, name, record } = container;
  const health = container.state.running ? container.state.health : undefined;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: record.config.Image ?? '',
    ImageID: record.image,
    Command: commandText(argumentsOf(record.config)),
    Created: Math.floor(Date.parse(record.created) / 1000),
    Ports: container.state.running ? portSummaries(network.Ports ?? {}) : [],
    Labels: record.config.Labels ?? {},
    State: statusOf(container.state),
    Status: '',
    HostConfig: {
      NetworkMode: record.hostConfig.NetworkMode ?? 'default',
      ...(record.hostConfig.Annotations && { Annotations: record.hostConfig.Annotations }),
    },
    ...(health && { Health: { Status: health.Status, FailingStreak: health.FailingStreak } }),
    NetworkSettings: { Networks: network.Networks ?? {} },
    Mounts: record.mounts.map(toMountPoint),
  };
}

/** The command in one line; arguments with spaces are quoted. */
function commandText([path = '', ...args]: readonly string[]): string {
  return [path, ...args.map((argument) => (argument.includes(' ') ? `'${argument}'` : argument))].join(' ');
}

/** Ports as `docker ps` lists them: exposed ones without an address, published ones once for each address. */
export function portSummaries(ports: NonNullable<PortMap>): PortSummary[] {
  return Object.entries(ports).flatMap(([key, bindings]): PortSummary[] => {
    const [port = '', protocol = 'tcp'] = key.split('/');
    const base = { PrivatePort: Number(port), Type: protocol as PortSummary['Type'] };
    if (!bindings?.length) return [base];
    return bindings.map(({ HostIp, HostPort }) => ({ ...(HostIp && { IP: HostIp }), ...base, PublicPort: Number(HostPort) }));
  });
}

/** The STATUS column, such as `Up 5 minutes (healthy)`. */
export function statusText({ state }: Container): string {
  const since = (time: string) => humanDuration((Date.now() - Date.parse(time)) / 1000);
  if (state.running) {
    if (state.restarting) return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`;
    const up = `Up ${since(state.startedAt)}`;
    if (state.paused) return `${up} (Paused)`;
    const health = state.health?.Status;
    return health && health !== 'none' ? `${up} (${health === 'starting' ? 'health: starting' : health})` : up;
  }
  if (state.removing) return 'Removal In Progress';
  if (state.dead) return 'Dead';
  const status = statusOf(state);
  return status === 'created' ? 'Created' : `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`;
}

const STEPS: readonly [limit: number, unit: number, name: string][] = [
  [60, 1, 'seconds'],
  [60 * 46, 60, 'minutes'],
  [3600 * 48, 3600, 'hours'],
  [86400 * 14, 86400, 'days'],
  [86400 * 60, 86400 * 7, 'weeks'],
  [86400 * 730, 86400 * 30, 'months'],
  [Infinity, 86400 * 365, 'years'],
];

/** A duration in Docker's words. @param seconds 0 or more */
export function humanDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole >= 60 && whole < 120) return 'About a minute';
  if (whole >= 60 * 46 && Math.round(whole / 3600) === 1) return 'About an hour';
  const [, unit, name] = STEPS.find(([limit]) => whole < limit) as [number, number, string];
  const amount = unit === 3600 ? Math.round(whole / unit) : Math.floor(whole / unit);
  return `${amount} ${name}`;
}
