export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** One line of a JSON document that is folded out as far as asked. */
export interface JsonLine {
  /** Keys from the root, which make it unique. */
  path: string;
  depth: number;
  name?: string;
  /** A scalar as JSON text. */
  text?: string;
  kind: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  /** Members of an array or object. */
  size: number;
}

const kindOf = (value: Json | undefined): JsonLine['kind'] =>
  value === null || value === undefined
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : (typeof value as 'string' | 'number' | 'boolean' | 'object');

const members = (value: Json | undefined): [string, Json | undefined][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** Lines of the folded-out parts. */
export function jsonLines(
  value: Json | undefined,
  isOpen: (path: string, depth: number) => boolean,
  name?: string,
  path = '$',
  depth = 0,
): JsonLine[] {
  const kind = kindOf(value);
  const inside = members(value);
  const scalar = kind !== 'array' && kind !== 'object';
  const line: JsonLine = { path, depth, name, kind, size: inside.length, ...(scalar && { text: JSON.stringify(value ?? null) }) };
  if (inside.length === 0 || !isOpen(path, depth)) return [line];
  return [line, ...inside.flatMap(([key, child]) => jsonLines(child, isOpen, key, `${path}/${key}`, depth + 1))];
}

/** The document with only those members whose name or value has the text; undefined when none has. */
export function searchJson(value: Json | undefined, text: string, name = ''): Json | undefined {
  const wanted = text.toLowerCase();
  if (name.toLowerCase().includes(wanted)) return value ?? null;
  if (typeof value !== 'object' || value === null) return String(value).toLowerCase().includes(wanted) ? (value ?? null) : undefined;
  if (Array.isArray(value)) {
    const kept = value.map((item) => searchJson(item, text)).filter((item) => item !== undefined);
    return kept.length ? kept : undefined;
  }
  const kept = Object.entries(value)
    .map(([key, child]) => [key, searchJson(child, text, key)] as const)
    .filter(([, child]) => child !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}
