import { posix } from 'node:path';
import type { ImageConfig } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { parseSignal } from '../../base/signals.js';
import type { CommandLine, ConfigInstruction, Pair } from './instruction.js';
import { type Expander, variablesOf } from './words.js';

/** What an instruction makes of an image's config. */
export interface ConfigChange {
  readonly config: ImageConfig;
  /** The instruction as an image's history tells of it. */
  readonly comment: string;
  readonly author?: string;
}

/**
 * Applies an instruction that changes the config alone.
 * @param hasCommand a CMD stood before in the same stage: an ENTRYPOINT leaves it
 * @throws InvalidParameter for values that cannot be
 */
export function changeConfig(config: ImageConfig, instruction: ConfigInstruction, expand: Expander, hasCommand: boolean): ConfigChange {
  const set = (changed: ImageConfig, what: string): ConfigChange => ({
    config: { ...config, ...changed },
    comment: `${instruction.name} ${what}`,
  });
  switch (instruction.name) {
    case 'CMD': {
      const Cmd = commandWords(config, instruction.command);
      return set({ Cmd }, quoted(Cmd));
    }
    case 'ENTRYPOINT': {
      const Entrypoint = commandWords(config, instruction.command);
      // A command that was there before was meant for another entrypoint.
      return set({ Entrypoint, ...(!hasCommand && { Cmd: null }) }, quoted(Entrypoint));
    }
    case 'ENV': {
      const pairs = expanded(instruction.pairs, expand);
      return set({ Env: withVariables(config.Env ?? [], pairs) }, joined(pairs));
    }
    case 'LABEL': {
      const pairs = expanded(instruction.pairs, expand);
      return set({ Labels: { ...config.Labels, ...Object.fromEntries(pairs) } }, joined(pairs));
    }
    case 'EXPOSE': {
      const words = expand.words(instruction.ports);
      return set({ ExposedPorts: { ...config.ExposedPorts, ...keys(words.flatMap(ports)) } }, words.join(' '));
    }
    case 'HEALTHCHECK':
      return set({ Healthcheck: instruction.probe }, quoted(instruction.probe.Test ?? []));
    case 'MAINTAINER':
      return { ...set({}, instruction.author), author: instruction.author };
    case 'ONBUILD':
      return set({ OnBuild: [...(config.OnBuild ?? []), instruction.trigger] }, instruction.trigger);
    case 'SHELL':
      return set({ Shell: [...instruction.words] }, `[${instruction.words.join(' ')}]`);
    case 'STOPSIGNAL': {
      const StopSignal = expand.word(instruction.text);
      parseSignal(StopSignal);
      return set({ StopSignal }, StopSignal);
    }
    case 'USER': {
      const User = expand.word(instruction.text);
      return set({ User }, User);
    }
    case 'VOLUME': {
      const paths = instruction.paths.map((path) => expand.word(path));
      return set({ Volumes: { ...config.Volumes, ...keys(paths) } }, `[${paths.join(' ')}]`);
    }
    case 'WORKDIR': {
      const WorkingDir = posix.resolve('/', config.WorkingDir || '/', expand.word(instruction.text));
      return set({ WorkingDir }, WorkingDir);
    }
  }
}

/** The words that are run; a line is for the shell of the config. */
export function commandWords({ Shell }: ImageConfig, { words, shell }: CommandLine): string[] {
  return shell && words.length > 0 ? [...shellOf({ Shell }), ...words] : [...words];
}

/** The shell that lines are given to. */
export function shellOf({ Shell }: Pick<ImageConfig, 'Shell'>): string[] {
  return Shell?.length ? Shell : ['/bin/sh', '-c'];
}

function quoted(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;
}

function expanded(pairs: readonly Pair[], { word }: Expander): Pair[] {
  return pairs.map(([name, value]) => [word(name), word(value)]);
}

function joined(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.join('=')).join(' ');
}

/** A variable that is set again keeps its place. */
function withVariables(env: readonly string[], set: readonly Pair[]): string[] {
  const all = new Map([...variablesOf(env), ...set]);
  return [...all].map(([name, value]) => `${name}=${value}`);
}

function ports(text: string): string[] {
  const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && from <= to && to <= 65535)) throw invalidParameter(`invalid containerPort: ${text}`);
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
}

function keys(names: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
