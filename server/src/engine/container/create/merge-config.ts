import type { ContainerConfig, HealthConfig } from '../../../api/generated/types.gen.js';
import type { Image } from '../../../graph/image.js';

/** What a container's config becomes when its image has defaults: what the user gave wins, lists of names are joined. */
export function mergeConfig(user: ContainerConfig, image: Image['config']): ContainerConfig {
  const merged: ContainerConfig = {
    ...user,
    User: user.User || image.User || '',
    ExposedPorts: joined(withProtocol(image.ExposedPorts), withProtocol(user.ExposedPorts)),
    Env: mergeEnv(image.Env ?? [], user.Env ?? []),
    Labels: { ...image.Labels, ...user.Labels },
    Volumes: joined(image.Volumes, user.Volumes) ?? null,
    WorkingDir: user.WorkingDir || image.WorkingDir || '',
    StopSignal: user.StopSignal || image.StopSignal || undefined,
    Healthcheck: mergeHealthcheck(user.Healthcheck, image.Healthcheck as HealthConfig | undefined),
    ...mergeCommand(user, image),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as ContainerConfig;
}

/** The image's command serves the image's entrypoint only. `Entrypoint: [""]` takes the image's away. */
function mergeCommand(user: ContainerConfig, image: Image['config']): Pick<ContainerConfig, 'Cmd' | 'Entrypoint'> {
  const { Cmd, Entrypoint } = user;
  if (Entrypoint?.length) return { Cmd: Cmd ?? null, Entrypoint: Entrypoint.length === 1 && Entrypoint[0] === '' ? null : Entrypoint };
  return { Cmd: Cmd?.length ? Cmd : (image.Cmd ?? null), Entrypoint: Entrypoint ?? image.Entrypoint ?? null };
}

function mergeEnv(image: readonly string[], user: readonly string[]): string[] {
  const names = new Set(user.map((entry) => entry.split('=', 1)[0]));
  return [...user, ...image.filter((entry) => !names.has(entry.split('=', 1)[0]))];
}

function mergeHealthcheck(user: HealthConfig | undefined, image: HealthConfig | undefined): HealthConfig | undefined {
  if (!user || !image) return user ?? image;
  return {
    Test: user.Test?.length ? user.Test : (image.Test ?? null),
    Interval: user.Interval || image.Interval,
    Timeout: user.Timeout || image.Timeout,
    StartPeriod: user.StartPeriod || image.StartPeriod,
    StartInterval: user.StartInterval || image.StartInterval,
    Retries: user.Retries || image.Retries,
  };
}

type NameSet = NonNullable<ContainerConfig['ExposedPorts']>;

function joined(image: object | null | undefined, user: object | null | undefined): NameSet | undefined {
  const all = { ...image, ...user };
  return Object.keys(all).length > 0 ? (all as NameSet) : undefined;
}

/** Ports without a protocol are TCP's. */
function withProtocol(ports: object | null | undefined): object {
  return Object.fromEntries(Object.keys(ports ?? {}).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]));
}
