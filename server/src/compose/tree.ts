/** A mapping of YAML as JavaScript has it. */
export type Tree = Record<string, unknown>;

/** Where something stands in a file: keys and indices from the top. */
export type Path = readonly (string | number)[];

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping, or an empty one: what is wrong with it the schema has said already. */
export function asTree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

/** The items of a sequence; a scalar is a sequence of one, nothing is an empty one. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function texts(value: unknown): string[] {
  return asList(value).map(String);
}

export function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** Drops the keys that hold nothing. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
