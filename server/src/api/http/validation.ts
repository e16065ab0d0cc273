import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { invalidParameter } from '../../base/errors.js';
import { operations, resolveRef, schemas, type Operation, type Schema } from './document.js';

const DOCUMENT = 'documents';

const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false, useDefaults: false, coerceTypes: false });
ajv.addSchema({ $id: DOCUMENT, ...schemas }, DOCUMENT);

const compiled = new WeakMap<Schema, ValidateFunction>();

/** Compiles at first use: a daemon that serves few operations pays for few. */
function validatorOf(schema: Schema): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(absolute(schema) as object);
    compiled.set(schema, validate);
  }
  return validate;
}

/** References inside a schema taken out of the document point into the document again. */
function absolute(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(absolute);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `${DOCUMENT}${value}` : absolute(value),
    ]),
  );
}

/** Says in a few words what does not fit, naming the field: `HostConfig.Memory must be integer`. */
function explain(error: ErrorObject | undefined, root: string): string {
  if (!error) return `${root} is not valid`;
  const field = error.instancePath.slice(1).replaceAll('/', '.') || root;
  const allowed =
    error.keyword === 'enum' ? `: ${(error.params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}` : '';
  return `${field} ${error.message ?? 'is not valid'}${allowed}`;
}

/**
 * Reads a query as Docker does: booleans are false for '', 0, no, false and none, true otherwise; numbers are decimal.
 * @throws InvalidParameter naming the parameter
 */
export function readQuery(operation: Operation, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const query: Record<string, unknown> = { ...raw };
  for (const parameter of operation.parameters) {
    if (parameter.in !== 'query') continue;
    const { name, schema } = parameter;
    if (raw[name] === undefined) {
      if (parameter.required) throw invalidParameter(`parameter ${name} is missing`);
      continue;
    }
    query[name] = readValue(name, schema, raw[name]);
    const validate = validatorOf(schema);
    if (query[name] !== undefined && !validate(query[name]))
      throw invalidParameter(`bad parameter: ${explain(validate.errors?.[0], name)}`);
  }
  return query;
}

function readValue(name: string, schema: Schema, raw: unknown): unknown {
  const type = schema['type'];
  if (type === 'array') return Array.isArray(raw) ? raw : [raw];
  const value = Array.isArray(raw) ? raw[0] : raw;
  if (type === 'boolean') return !['', '0', 'no', 'false', 'none'].includes(String(value).trim().toLowerCase());
  if (type === 'integer') {
    if (value === '') return undefined;
    if (!/^[+-]?\d+$/.test(String(value)))
      throw invalidParameter(`bad parameter: ${name} must be a whole number, not ${JSON.stringify(value)}`);
    return Number(value);
  }
  return value;
}

/**
 * Checks a JSON body and brings it into the document's form: null where a field may not be null counts as absent,
 * names are matched without regard to case, a lone string counts as a list where Docker takes both.
 * @throws InvalidParameter naming the field
 */
export function readBody(operation: Operation, raw: unknown): unknown {
  if (!operation.body) return raw;
  if (raw === undefined || raw === null) {
    if (operation.bodyRequired) throw invalidParameter('invalid JSON: got EOF while reading request body');
    return undefined;
  }
  const body = normalise(operation.body, raw);
  const validate = validatorOf(operation.body);
  if (!validate(body)) throw invalidParameter(`bad parameter: ${explain(validate.errors?.[0], 'body')}`);
  return body;
}

/** The first thing wrong with a response, for tests; undefined when it is as documented. */
export function checkResponse(operation: Operation, status: number, body: unknown): string | undefined {
  const schema = operation.responses.get(status);
  if (!schema) return undefined;
  const validate = validatorOf(schema);
  return validate(body) ? undefined : `${operation.id} ${status}: ${explain(validate.errors?.[0], 'body')}`;
}

interface Shape {
  readonly properties: ReadonlyMap<string, { readonly name: string; readonly schema: Schema }>;
  readonly additional: Schema | undefined;
  readonly items: Schema | undefined;
  readonly nullable: boolean;
  readonly acceptsString: boolean;
}

const shapes = new WeakMap<Schema, Shape>();

/** What of a schema matters for reading: properties of all its parts, by lower-case name. */
function shapeOf(schema: Schema): Shape {
  const known = shapes.get(schema);
  if (known) return known;
  const properties = new Map<string, { name: string; schema: Schema }>();
  const parts = [schema];
  let additional: Schema | undefined;
  let items: Schema | undefined;
  let nullable = false;
  for (let part = parts.pop(); part; part = parts.pop()) {
    if (typeof part['$ref'] === 'string') parts.push(resolveRef(part['$ref']));
    for (const each of ['allOf', 'anyOf', 'oneOf']) parts.push(...((part[each] as Schema[] | undefined) ?? []));
    for (const [name, property] of Object.entries((part['properties'] as Record<string, Schema> | undefined) ?? {}))
      properties.set(name.toLowerCase(), { name, schema: property });
    if (typeof part['additionalProperties'] === 'object') additional = part['additionalProperties'] as Schema;
    if (typeof part['items'] === 'object') items = part['items'] as Schema;
    if (part['type'] === 'null' || (Array.isArray(part['type']) && part['type'].includes('null'))) nullable = true;
  }
  const shape = { properties, additional, items, nullable, acceptsString: schema['x-docker-accepts-string'] === true };
  shapes.set(schema, shape);
  return shape;
}

function normalise(schema: Schema, value: unknown): unknown {
  const shape = shapeOf(schema);
  if (typeof value === 'string' && shape.acceptsString) return [value];
  if (Array.isArray(value)) return shape.items ? value.map((item) => normalise(shape.items as Schema, item)) : value;
  if (value === null || typeof value !== 'object') return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const property = shape.properties.get(key.toLowerCase());
    const inner = property?.schema ?? shape.additional;
    if (item === null && (!inner || !shapeOf(inner).nullable)) continue;
    const read = inner ? normalise(inner, item) : item;
    Object.defineProperty(result, property?.name ?? key, { value: read, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

/** Reads a JSON value as the body of another operation of the documents. @throws InvalidParameter naming the field */
export function readBodyAs(operationId: string, raw: unknown): unknown {
  const operation = operations.find(({ id }) => id === operationId);
  if (!operation) throw new Error(`the documents have no operation ${operationId}`);
  return readBody(operation, raw);
}
