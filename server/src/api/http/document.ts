import dashboard from '../generated/dashboard/openapi.json' with { type: 'json' };
import engine from '../generated/openapi.json' with { type: 'json' };
import { readAccessRule, type AccessRule } from './access-rule.js';

/** A JSON Schema node as the OpenAPI document has it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

/** One operation of the document, with the facts that the server needs at hand. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Path in the document's form: /containers/{id}/json. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schema of a JSON body; undefined when the operation takes none. */
  readonly body: Schema | undefined;
  readonly bodyRequired: boolean;
  /** True when the body is a stream (tar) that the operation reads itself. */
  readonly bodyIsStream: boolean;
  /** The status of success, such as 201. */
  readonly success: number;
  readonly hijack: boolean;
  /** Who may ask for it. */
  readonly access: AccessRule;
  /** True when it changes something, or lets somebody in to where they can: it is written into the audit log. */
  readonly changes: boolean;
  /** Versions that have the operation: first and last. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** Response schemas by status. */
  readonly responses: ReadonlyMap<number, Schema>;
}

// The document is data of many shapes, read here and nowhere else.
// oxlint-disable-next-line typescript/no-explicit-any
type Raw = Record<string, any>;

const METHODS = ['get', 'post', 'put', 'delete', 'head'];

/** The dashboard's own document, its references pointed at the place it has beside the Engine's. */
const dashboardDocument = JSON.parse(JSON.stringify(dashboard).replaceAll('"#/components/', '"#/dashboard/')) as Raw;

/** The schemas of both documents, for the validator. */
export const schemas: Schema = { components: engine.components, dashboard: dashboardDocument['components'] };

/** Follows a `$ref` inside the documents. */
export function resolveRef(reference: string): Schema {
  return reference
    .slice(2)
    .split('/')
    .reduce<Raw>((node, key) => node[key], schemas);
}

const deref = (node: Raw): Raw => (typeof node['$ref'] === 'string' ? (resolveRef(node['$ref']) as Raw) : node);

/** Reading takes the right to view; whoever has to have more gets more than that. */
function isChange(method: string, access: AccessRule): boolean {
  const right = access.who === 'right' ? access.right : undefined;
  return right === 'operate' || (right !== 'view' && method !== 'get' && method !== 'head');
}

function operation(path: string, method: string, node: Raw, shared: Raw[]): Operation {
  const content: Raw = node['requestBody']?.content ?? {};
  const json = content['application/json'];
  const statuses = Object.keys(node['responses']).map(Number);
  const responses = new Map<number, Schema>();
  for (const [status, response] of Object.entries<Raw>(node['responses'])) {
    const schema = deref(response)['content']?.['application/json']?.schema;
    if (schema) responses.set(Number(status), schema);
  }
  const access = readAccessRule(node['operationId'], node['x-slipway-access']);
  return {
    id: node['operationId'],
    method: method.toUpperCase(),
    path,
    parameters: [...shared, ...(node['parameters'] ?? [])].map((parameter) => deref(parameter) as unknown as Parameter),
    body: json?.schema,
    bodyRequired: node['requestBody']?.required === true && json !== undefined,
    bodyIsStream: json === undefined && Object.keys(content).length > 0,
    success: statuses.find((status) => status >= 200 && status < 300) ?? 200,
    hijack: node['x-docker-hijack'] === true,
    access,
    changes: node['x-slipway-changes'] ?? isChange(method, access),
    since: node['x-docker-since'],
    until: node['x-docker-until'],
    responses,
  };
}

/** Every operation of the Engine API and of the dashboard's own. */
export const operations: readonly Operation[] = Object.entries<Raw>({ ...engine.paths, ...dashboardDocument['paths'] }).flatMap(
  ([path, item]) => METHODS.filter((method) => item[method]).map((method) => operation(path, method, item[method], item.parameters ?? [])),
);

const byRoute = new Map(operations.map((each) => [`${each.method} ${each.path.replace(/\{(\w+)\}/g, ':$1')}`, each]));

/** The operation behind a route such as GET /containers/:id/json. */
export function operationOf(method: string, route: string): Operation | undefined {
  return byRoute.get(`${method} ${route}`);
}
