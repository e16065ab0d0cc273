import { invalidParameter } from '../../base/errors.js';
import { parseCopy } from './copy-flags.js';
import { needsBuildKit, readFlags, type Rest } from './flags.js';
import { parseHealthcheck } from './healthcheck.js';
import type { Arg, CommandLine, From, Instruction, Pair } from './instruction.js';
import { parseArray } from './json-form.js';
import type { SourceLine } from './source.js';
import { splitRaw } from './words.js';

type Parse = (rest: Rest, name: string) => Instruction;

const INSTRUCTIONS: Readonly<Record<string, Parse>> = {
  ADD: (rest) => parseCopy('ADD', rest),
  ARG: parseArg,
  CMD: ({ text }) => ({ name: 'CMD', command: command(text) }),
  COPY: (rest) => parseCopy('COPY', rest),
  ENTRYPOINT: ({ text }) => ({ name: 'ENTRYPOINT', command: command(text) }),
  ENV: (rest) => ({ name: 'ENV', pairs: pairs('ENV', rest) }),
  EXPOSE: ({ text }) => ({ name: 'EXPOSE', ports: text }),
  FROM: parseFrom,
  HEALTHCHECK: ({ text }) => ({ name: 'HEALTHCHECK', probe: parseHealthcheck(text, command) }),
  LABEL: (rest) => ({ name: 'LABEL', pairs: pairs('LABEL', rest) }),
  MAINTAINER: ({ text }) => ({ name: 'MAINTAINER', author: text }),
  ONBUILD: ({ text }) => ({ name: 'ONBUILD', trigger: trigger(text) }),
  RUN: parseRun,
  SHELL: ({ text }) => ({ name: 'SHELL', words: shell(text) }),
  STOPSIGNAL: ({ text }) => ({ name: 'STOPSIGNAL', text: single('STOPSIGNAL', text) }),
  USER: ({ text }) => ({ name: 'USER', text: single('USER', text) }),
  VOLUME: ({ text, escape }) => ({ name: 'VOLUME', paths: volumes(parseArray(text) ?? splitRaw(text, escape)) }),
  WORKDIR: ({ text }) => ({ name: 'WORKDIR', text }),
};

/** Whether there is an instruction of that name, in any case. */
export function isInstruction(name: string): boolean {
  return Object.hasOwn(INSTRUCTIONS, name.toUpperCase());
}

/** Reads one instruction; variables in it stay as they are. @throws InvalidParameter */
export function parseInstruction({ text, heredocs }: Pick<SourceLine, 'text' | 'heredocs'>, escape: string): Instruction {
  const [, name = '', rest = ''] = /^(\S+)\s*([^]*)$/.exec(text.trim()) ?? [];
  const instruction = name.toUpperCase();
  const parse = isInstruction(instruction) ? INSTRUCTIONS[instruction] : undefined;
  if (!parse) throw invalidParameter(`unknown instruction: ${name}`);
  if (rest.trim() === '')
    throw invalidParameter(`${instruction} requires ${instruction === 'FROM' ? 'either one or three arguments' : 'at least one argument'}`);
  return parse({ text: rest.trim(), heredocs, escape }, instruction);
}

/** A JSON list as it is, anything else as a line for the shell. */
export function command(text: string): CommandLine {
  const list = parseArray(text);
  return list ? { words: list, shell: false } : { words: text.trim() === '' ? [] : [text.trim()], shell: true };
}

function parseFrom({ text, escape }: Rest): From {
  const { flags, rest } = readFlags('FROM', text, escape, ['platform']);
  const [base = '', as, stage, ...more] = splitRaw(rest, escape);
  if (base === '' || more.length > 0 || (as !== undefined && (as.toLowerCase() !== 'as' || stage === undefined))) {
    throw invalidParameter('FROM requires either one or three arguments');
  }
  const name = stage?.toLowerCase();
  if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(name))
    throw invalidParameter(`invalid name for build stage: "${stage}", name can't start with a number or contain symbols`);
  return { name: 'FROM', base, platform: flags.get('platform'), as: name };
}

function parseArg({ text, escape }: Rest): Arg {
  const args = splitRaw(text, escape).map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw invalidParameter('ARG names can not be blank');
    return equals < 0 ? { name: word, value: undefined } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { name: 'ARG', args };
}

function parseRun({ text, heredocs, escape }: Rest): Instruction {
  const { rest, first } = readFlags('RUN', text, escape, ['mount', 'network', 'security', 'device']);
  if (first !== undefined) throw needsBuildKit(first);
  if (rest === '') throw invalidParameter('RUN requires at least one argument');
  return { name: 'RUN', command: command(rest), heredocs };
}

/** `name=value ...`, or the old form with one name and the rest of the line as its value. */
function pairs(instruction: string, { text, escape }: Rest): Pair[] {
  const words = splitRaw(text, escape);
  if (!(words[0] ?? '').includes('=')) {
    const [, name = '', value = ''] = /^(\S+)\s+([^]+)$/.exec(text) ?? [];
    if (name === '') throw invalidParameter(`${instruction} must have two arguments`);
    return [[name, value]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) throw invalidParameter(`Syntax error - can't find = in "${word}". Must be of the form: name=value`);
    if (equals === 0) throw invalidParameter(`${instruction} names can not be blank`);
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

function shell(text: string): string[] {
  const words = parseArray(text);
  if (!words) throw invalidParameter('SHELL requires the arguments to be in JSON form');
  if (words.length === 0) throw invalidParameter('SHELL requires at least one argument');
  return words;
}

function volumes(paths: readonly string[]): readonly string[] {
  if (paths.some((path) => path.trim() === '')) throw invalidParameter('VOLUME specified can not be an empty string');
  return paths;
}

function single(instruction: string, text: string): string {
  if (/^\S+\s+\S/.test(text) && !/["'$]/.test(text)) throw invalidParameter(`${instruction} requires exactly one argument`);
  return text;
}

function trigger(text: string): string {
  const [name = ''] = text.trim().toUpperCase().split(/\s/, 1);
  if (name === 'ONBUILD') throw invalidParameter("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') throw invalidParameter(`${name} isn't allowed as an ONBUILD trigger`);
  return text.trim();
}
