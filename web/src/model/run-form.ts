import type { ContainerCreateRequest } from '@/client/containers';
import { joinCommand, splitCommand } from './command-line';

export type RestartPolicyName = 'no' | 'always' | 'unless-stopped' | 'on-failure';

/** What the "Run a container" form holds, as typed. */
export interface RunForm {
  image: string;
  name: string;
  command: string;
  ports: { host: string; container: string; protocol: 'tcp' | 'udp' }[];
  /** One `NAME=value` a line. */
  environment: string;
  volumes: { source: string; target: string; readOnly: boolean }[];
  restart: RestartPolicyName;
  network: string;
  memory: string;
  terminal: boolean;
}

export type RunErrors = Partial<Record<'image' | 'name' | 'command' | 'ports' | 'environment' | 'volumes' | 'memory', string>>;

export const emptyRunForm = (image = ''): RunForm => ({
  image,
  name: '',
  command: '',
  ports: [],
  environment: '',
  volumes: [],
  restart: 'no',
  network: 'bridge',
  memory: '',
  terminal: false,
});

const environmentLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line && !line.startsWith('#'));

/** What the daemon would refuse, said at the field. */
export function checkRunForm(form: RunForm): RunErrors {
  const errors: RunErrors = {};
  if (!form.image.trim()) errors.image = 'Name an image, for example busybox or nginx:alpine.';
  else if (/\s/.test(form.image.trim())) errors.image = 'An image name has no spaces.';
  if (form.name && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(form.name))
    errors.name = 'Letters, digits, and _ . - (two at least, a letter or digit first).';
  try {
    splitCommand(form.command);
  } catch (error) {
    errors.command = error instanceof Error ? error.message : String(error);
  }
  const port = form.ports.find(({ host, container }) => !isPort(container) || (host !== '' && !isPort(host)));
  if (port) errors.ports = 'A port is a number from 1 to 65535; leave the host port empty for any free one.';
  const variable = environmentLines(form.environment).find((line) => !/^[^=\s]+=/.test(line));
  if (variable) errors.environment = `“${variable}” is not NAME=value.`;
  if (form.volumes.some(({ source, target }) => !source.trim() || !target.startsWith('/'))) {
    errors.volumes = 'Each needs a volume name or host path, and an absolute path in the container.';
  }
  if (form.memory && parseMemory(form.memory) === undefined) errors.memory = 'A number with b, k, m or g, for example 512m.';
  return errors;
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;

/** `512m` in bytes. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg])?(?:i?b)?$/i.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * 1024 ** 'bkmg'.indexOf((match[2] ?? 'b').toLowerCase()));
}

/** Bytes as `docker run` takes them, without loss: `512m`. */
export function formatPlainBytes(bytes: number): string {
  const power = [3, 2, 1].find((each) => bytes % 1024 ** each === 0) ?? 0;
  return `${bytes / 1024 ** power}${'bkmg'[power]}`;
}

/** The body of ContainerCreate for a form without errors. */
export function toCreateRequest(form: RunForm): ContainerCreateRequest {
  const command = splitCommand(form.command);
  const memory = parseMemory(form.memory);
  const key = ({ container, protocol }: RunForm['ports'][number]) => `${container}/${protocol}`;
  const bindings: Record<string, { HostPort: string }[]> = {};
  for (const port of form.ports) (bindings[key(port)] ??= []).push({ HostPort: port.host });
  return {
    Image: form.image.trim(),
    ...(command.length > 0 && { Cmd: command }),
    ...(form.terminal && { Tty: true, OpenStdin: true }),
    Env: environmentLines(form.environment),
    ExposedPorts: Object.fromEntries(form.ports.map((port) => [key(port), {}])),
    HostConfig: {
      PortBindings: bindings,
      Binds: form.volumes.map(({ source, target, readOnly }) => `${source.trim()}:${target}${readOnly ? ':ro' : ''}`),
      RestartPolicy: { Name: form.restart, MaximumRetryCount: 0 },
      NetworkMode: form.network,
      ...(memory && { Memory: memory }),
    },
  };
}

/** The same as a line for a terminal; rows that are not filled in yet are left out. */
export function toCommandLine(form: RunForm): string {
  const options: string[] = ['-d'];
  if (form.terminal) options.push('-it');
  if (form.name) options.push('--name', form.name);
  if (form.restart !== 'no') options.push('--restart', form.restart);
  if (form.network !== 'bridge') options.push('--network', form.network);
  if (form.memory) options.push('--memory', form.memory.replace(/\s/g, ''));
  for (const { host, container, protocol } of form.ports.filter((port) => port.container)) {
    options.push('-p', `${host ? `${host}:` : ''}${container}${protocol === 'udp' ? '/udp' : ''}`);
  }
  for (const { source, target, readOnly } of form.volumes.filter((volume) => volume.source && volume.target))
    options.push('-v', `${source.trim()}:${target}${readOnly ? ':ro' : ''}`);
  for (const line of environmentLines(form.environment)) options.push('-e', line);
  return joinCommand(['docker', 'run', ...options, form.image.trim() || 'IMAGE', ...wordsOf(form.command)]);
}

function wordsOf(command: string): string[] {
  try {
    return splitCommand(command);
  } catch {
    return [command];
  }
}

/** The reference with its tag, as an image's RepoTags have it. */
export function withTag(reference: string): string {
  const name = reference.trim();
  return name.includes('@') || /:[^/]+$/.test(name) ? name : `${name}:latest`;
}
