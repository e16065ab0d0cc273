import { t } from '@/language';
import type { ContainerCreateRequest } from '@/client/containers';
import { joinCommand, splitCommand } from '../command-line';
import { FIELDS, fieldOf } from './fields';
import { linesOf, type FormField, type FormValues } from './field';

/** A body as the form shows it. */
export function toValues(name: string, body: ContainerCreateRequest): FormValues {
  return { name, ...Object.fromEntries(FIELDS.map((field) => [field.flag, field.read(body)])) };
}

/** The body of a form; what the form does not know of `base` is kept. */
export function toBody(values: FormValues, base: ContainerCreateRequest = {}): ContainerCreateRequest {
  const body = structuredClone(base);
  // A value that is as it was is left as it is: the form may say it in fewer words than it was given in.
  for (const field of FIELDS) if ((values[field.flag] ?? '') !== field.read(base)) field.write(body, values[field.flag] ?? '');
  return body;
}

/** What is wrong, by flag. */
export function checkValues(values: FormValues): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!values['image']?.trim()) errors['image'] = t('form.errors.image');
  if (values['name'] && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(values['name'])) errors['name'] = t('form.errors.name');
  for (const field of FIELDS) {
    const value = values[field.flag] ?? '';
    const wrong = value === '' ? undefined : field.check?.(value);
    if (wrong) errors[field.flag] = wrong;
  }
  return errors;
}

/** The same as a line for a terminal. */
export function toRunLine(values: FormValues): string {
  const options: string[] = ['docker', 'run', '-d'];
  if (values['name']) options.push('--name', values['name']);
  for (const field of FIELDS) {
    const value = values[field.flag] ?? '';
    if (value === '' || ['image', 'command', 'entrypoint'].includes(field.flag)) continue;
    const flag = field.short ? `-${field.short}` : `--${field.flag}`;
    if (field.control === 'tick') options.push(flag);
    else for (const item of field.control === 'lines' ? linesOf(value) : [value]) options.push(flag, item);
  }
  const [entrypoint, ...more] = wordsOf(values['entrypoint']);
  if (entrypoint !== undefined) options.push('--entrypoint', entrypoint);
  return joinCommand([...options, values['image']?.trim() || 'IMAGE', ...more, ...wordsOf(values['command'])]);
}

function wordsOf(text = ''): string[] {
  try {
    return splitCommand(text);
  } catch {
    return [text];
  }
}

/** Long names that mean another flag. */
const ALIASES: Readonly<Record<string, string>> = { net: 'network', 'dns-opt': 'dns-option' };
/** Flags of the command line itself, which say nothing of the container. */
const OF_THE_CLIENT = new Set([
  'd',
  'detach',
  'name',
  'pull',
  'platform',
  'q',
  'quiet',
  'sig-proxy',
  'detach-keys',
  'a',
  'attach',
  'cidfile',
  'disable-content-trust',
]);
const WITH_VALUE = new Set([
  'pull',
  'platform',
  'detach-keys',
  'a',
  'attach',
  'cidfile',
  'name',
  'network-alias',
  'ip',
  'ip6',
  'mount',
  'env-file',
  'label-file',
]);

/**
 * Reads a `docker run` line.
 * @returns the values, and the flags that the form has no place for
 * @throws Error when it is no such line
 */
export function fromRunLine(line: string): { values: FormValues; unknown: string[] } {
  const words = splitCommand(line.replace(/\\\r?\n/g, ' ').trim());
  while (['sudo', 'docker', 'podman', 'container', 'run', 'create'].includes(words[0] ?? '') || words[0]?.startsWith('DOCKER_HOST='))
    words.shift();
  const values: FormValues = { name: '' };
  const unknown: string[] = [];
  const add = (field: FormField, value: string) => {
    const before = values[field.flag];
    values[field.flag] = field.control === 'lines' && before ? `${before}\n${value}` : value;
  };
  const tickOf = (flag: string) => fieldOf(ALIASES[flag] ?? flag)?.control === 'tick';
  const aside: Record<string, string[]> = {};
  while (words[0]?.startsWith('-')) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    const [, dashes = '', body = ''] = /^(--?)(.*)$/s.exec(word) ?? [];
    if (dashes === '-' && body.length > 1 && [...body].every((letter) => tickOf(letter) || letter === 'd')) {
      for (const letter of body) if (letter !== 'd') add(fieldOf(letter)!, 'true');
      continue;
    }
    const [flag = '', inline] =
      dashes === '--' ? cut(body, '=') : body.length > 1 ? [body[0] ?? '', body.slice(1).replace(/^=/, '')] : [body, undefined];
    const field = fieldOf(ALIASES[flag] ?? flag);
    if (OF_THE_CLIENT.has(flag) || (!field && WITH_VALUE.has(flag))) {
      const value = inline ?? (WITH_VALUE.has(flag) ? words.shift() : undefined);
      if (flag === 'name') values['name'] = value ?? '';
      else if (value !== undefined && ['network-alias', 'ip', 'ip6'].includes(flag))
        (aside[flag === 'network-alias' ? 'alias' : flag] ??= []).push(value);
      else if (!OF_THE_CLIENT.has(flag)) unknown.push(`${word}${inline === undefined ? ` ${value ?? ''}` : ''}`);
    } else if (!field) unknown.push(word);
    else if (field.control === 'tick') {
      if (inline !== 'false') add(field, 'true');
    } else add(field, inline ?? words.shift() ?? '');
  }
  const [image, ...command] = words;
  if (!image) throw new Error('there is no image in this line');
  values['image'] = image;
  if (command.length > 0) values['command'] = joinCommand(command);
  if (values['restart'] === 'no') values['restart'] = '';
  const options = Object.entries(aside).flatMap(([key, items]) => items.map((item) => `${key}=${item}`));
  const [first = 'bridge', ...others] = linesOf(values['network'] ?? '');
  if (options.length > 0) values['network'] = [[first.includes('=') ? first : `name=${first}`, ...options].join(','), ...others].join('\n');
  return { values, unknown };
}

function cut(text: string, separator: string): [string, string | undefined] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}
