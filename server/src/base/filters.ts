import { invalidParameter } from './errors.js';

/** Docker's filters: names with the values asked for. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a `filters` parameter: JSON of name -> list of values, or the older name -> {value: true}.
 * @param accepted the names that may be used; undefined takes any
 * @throws InvalidParameter for broken JSON and for a name that is not accepted
 */
export function parseFilters(text: string | undefined, accepted?: readonly string[]): Filters {
  if (text === undefined || text === '') return new Map();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalidParameter(`invalid filters: ${(error as Error).message}`, error);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalidParameter('invalid filters: expected an object of names and values');
  const filters = new Map(Object.entries(json).map(([name, values]) => [name, valuesOf(name, values)]));
  for (const name of filters.keys()) if (accepted && !accepted.includes(name)) throw invalidParameter(`invalid filter '${name}'`);
  return filters;
}

function valuesOf(name: string, values: unknown): string[] {
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  if (typeof values === 'object' && values !== null && !Array.isArray(values))
    return Object.entries(values)
      .filter(([, on]) => on === true)
      .map(([value]) => value);
  throw invalidParameter(`invalid filter '${name}': expected a list of strings`);
}

/** The value of a filter that is true or false; undefined when it was not asked for. @throws InvalidParameter for anything else */
export function booleanFilter(filters: Filters, name: string): boolean | undefined {
  const values = filters.get(name);
  if (!values || values.length === 0) return undefined;
  const read = values.map((value) => ({ '1': true, true: true, '0': false, false: false })[value.toLowerCase()]);
  const [first] = read;
  if (first === undefined || read.some((value) => value !== first))
    throw invalidParameter(`invalid filter '${name}=${JSON.stringify(values)}'`);
  return first;
}
