import { invalidParameter } from '../base/errors.js';
import { PRODUCT } from '../base/product.js';
import { linearPattern } from '../base/linear-pattern.js';
import { argumentsOf, type ContainerRecord } from './container.js';

/** What `{{.Field}}` of a log's tag stands for. */
const FIELDS: Readonly<Record<string, (record: ContainerRecord) => string>> = {
  ID: ({ id }) => id.slice(0, 12),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageID: ({ image }) => image.replace('sha256:', '').slice(0, 12),
  ImageFullID: ({ image }) => image,
  ImageName: ({ config }) => config.Image ?? '',
  Command: ({ config }) => argumentsOf(config).join(' '),
  Hostname: ({ config }) => config.Hostname ?? '',
  DaemonName: () => PRODUCT.name,
};

/** The tag of a container's log. @throws InvalidParameter for a field that there is none of */
export function logTag(record: ContainerRecord, template: string): string {
  return template.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_, expression: string) => {
    const field = FIELDS[expression.replace(/^\./, '')];
    if (!expression.startsWith('.') || !field) {
      throw invalidParameter(
        `invalid log opt tag '${template}': {{${expression}}} is none of ${Object.keys(FIELDS)
          .map((name) => `{{.${name}}}`)
          .join(', ')}`,
      );
    }
    return field(record);
  });
}

/** Labels and variables of the container that the log options labels, env, labels-regex and env-regex name. */
export function namedAttributes({ config }: ContainerRecord, options: Readonly<Record<string, string>>): Record<string, string> {
  const labels = Object.entries(config.Labels ?? {});
  const variables = (config.Env ?? []).filter((entry) => entry.includes('=')).map((entry) => splitVariable(entry));
  return Object.fromEntries([
    ...chosen(labels, options['labels'], options['labels-regex']),
    ...chosen(variables, options['env'], options['env-regex']),
  ]);
}

function chosen(entries: [string, string][], names: string | undefined, pattern: string | undefined): [string, string][] {
  const wanted = new Set((names ?? '').split(',').filter(Boolean));
  const expression = pattern ? linearPattern(pattern) : undefined;
  return entries.filter(([name]) => wanted.has(name) || expression?.test(name));
}

function splitVariable(entry: string): [string, string] {
  const cut = entry.indexOf('=');
  return [entry.slice(0, cut), entry.slice(cut + 1)];
}
