import type { ContainerCreateRequest } from '@/client/containers';

export type TabName = 'general' | 'environment' | 'network' | 'storage' | 'resources' | 'health' | 'security' | 'logging';

/** How a field is typed in: one line, a tick, a choice, or lines of which each is a flag of its own. */
export type Control = 'text' | 'tick' | 'choice' | 'lines';

/** One thing that `docker run` lets one say, in the words of its flag. */
export interface FormField {
  /** Its flag without dashes; `image` and `command` are the arguments. */
  readonly flag: string;
  readonly short?: string;
  readonly tab: TabName;
  readonly control: Control;
  readonly choices?: readonly string[];
  readonly placeholder?: string;
  /** Its key in a Compose file; undefined for what Compose cannot say. */
  readonly compose?: string;
  /** What is wrong with a value, or with a line of it. */
  readonly check?: (value: string) => string | undefined;
  /** The value as it is typed: text, `true`, or lines. */
  read(body: ContainerCreateRequest): string;
  /** Puts a value into a body; an empty one takes away what is there. @throws Error for what cannot be read */
  write(body: ContainerCreateRequest, value: string): void;
}

/** What the form holds: a value for each flag. */
export type FormValues = Record<string, string>;

export const linesOf = (value: string): string[] =>
  value
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

type Tree = Record<string, unknown>;

/** The value at a path such as `HostConfig.Memory`. */
export function at(body: object, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], body);
}

/** Sets the value at a path; undefined takes it away. */
export function put(body: object, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let node = body as Tree;
  for (const key of keys) node = (node[key] ??= {}) as Tree;
  if (value === undefined) delete node[last];
  else node[last] = value;
}
