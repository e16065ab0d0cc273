import { BUSYBOX } from '../../fixtures/busybox.ts';
import { documents, type Node } from './document.ts';
import { Random } from './random.ts';
import { deref, type Manner, Values } from './values.ts';
import { hostileWords } from './words.ts';

/** One request as bytes, and what it was made from. */
export interface FuzzRequest {
  readonly operation: string;
  readonly seed: number;
  readonly bytes: Buffer;
  /** So many of them are sent before the client hangs up. */
  readonly cut: number | undefined;
}

/** Names and archives a request may speak of, so that it reaches something. */
export interface Surroundings {
  readonly containers: readonly string[];
  readonly images: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly execs: readonly string[];
  readonly archives: readonly Buffer[];
  /** Headers that every request has. */
  readonly headers: readonly string[];
}

/** What has files. */
const PLACES = ['container', 'image', 'layer', 'volume'];
/** Names of what is no object of the Engine API: users, stacks, versions, files. */
const ANYTHING = ['web', 'fuzz', 'vol', '1', 'harbourmaster', BUSYBOX];
const METHODS = ['get', 'head', 'post', 'put', 'delete'];

interface Candidate {
  readonly method: string;
  readonly path: string;
  readonly node: Node;
}

const candidatesOf = (paths: Node): Candidate[] =>
  Object.entries<Node>(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      method: method.toUpperCase(),
      path,
      node: { ...item[method], parameters: [...(item['parameters'] ?? []), ...(item[method].parameters ?? [])].map(deref) },
    })),
  );
const idsOf = (candidates: readonly Candidate[]): string[] => candidates.map(({ node }) => node['operationId'] as string);
const ofDocker = candidatesOf(documents['paths']);
const ofDashboard = candidatesOf(documents['dashboard']['paths']);
const candidates: readonly Candidate[] = [...ofDocker, ...ofDashboard];

/** The operations that requests are made of: the Engine API's, and the dashboard's own. */
export const operationIds: readonly string[] = idsOf(ofDocker);
export const dashboardIds: readonly string[] = idsOf(ofDashboard);

/** The request that belongs to this seed, to one of these operations. */
export function requestOf(seed: number, around: Surroundings, only: ReadonlySet<string>): FuzzRequest {
  const random = new Random(seed);
  const candidate = random.pick(candidates.filter(({ node }) => only.has(node['operationId'])));
  const manner = random.pick<Manner>(['valid', 'nearly', 'nearly', 'hostile']);
  const bytes = new Maker(random, manner, around).make(candidate);
  const cut = manner !== 'valid' && random.once(8) ? random.below(bytes.length) : undefined;
  return { operation: candidate.node['operationId'], seed, bytes, cut };
}

/** Writes a request's bytes: line, headers and body, each with its own ways to be wrong. */
class Maker {
  private readonly random: Random;
  private readonly manner: Manner;
  private readonly around: Surroundings;
  private readonly values: Values;

  constructor(random: Random, manner: Manner, around: Surroundings) {
    this.random = random;
    this.manner = manner;
    this.around = around;
    this.values = new Values(random, manner);
  }

  make({ method, path, node }: Candidate): Buffer {
    const parameters = node['parameters'] as Node[];
    const headers: string[] = [...this.around.headers, 'Connection: close'];
    for (const parameter of parameters.filter((each) => each['in'] === 'header' && this.random.once(2)))
      headers.push(`${parameter['name']}: ${this.headerValue()}`);
    const body = this.body(node);
    if (body) headers.push(...this.bodyHeaders(body.type), `Content-Length: ${body.bytes.length}`);
    const version = path.startsWith('/dashboard/') ? '' : this.version();
    const line = `${method} ${version}${this.path(path)}${this.query(parameters)} HTTP/1.1`;
    return Buffer.concat([Buffer.from(`${line}\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1'), body?.bytes ?? Buffer.alloc(0)]);
  }

  private version(): string {
    return this.random.pick(['', '', '/v1.56', '/v1.44', '/v1.24', this.manner === 'hostile' ? '/v9.99' : '/v1.30']);
  }

  private path(path: string): string {
    return path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
      const name = parameter === 'kind' ? this.random.pick(PLACES) : this.nameFor(path.replace(/^\/dashboard/, ''));
      if (this.manner !== 'hostile' || !this.random.once(3)) return encode(name);
      return this.random.pick([
        '..',
        '%2e%2e',
        '%2e%2e%2f%2e%2e',
        '%',
        '%zz',
        '%00',
        '%ff',
        '//',
        '.',
        '%5c',
        ';a=b',
        encode(name),
        'x'.repeat(5000),
      ]);
    });
  }

  private nameFor(path: string): string {
    const { random, around } = this;
    if (this.manner === 'hostile' && random.once(3)) return random.pick(hostileWords);
    const kind = path.split('/')[1] as 'containers' | 'images' | 'networks' | 'volumes' | 'exec';
    const names = kind === 'exec' ? around.execs : Array.isArray(around[kind]) ? around[kind] : ANYTHING;
    return names.length === 0 || random.once(20) ? 'ghost' : random.pick(names);
  }

  private query(parameters: readonly Node[]): string {
    const pairs = parameters
      .filter((parameter) => parameter['in'] === 'query' && (parameter['required'] || this.random.once(2)))
      .flatMap((parameter) => Array.from({ length: this.random.once(15) ? 2 : 1 }, () => this.pair(parameter)));
    if (this.manner === 'hostile' && this.random.once(6))
      pairs.push(this.random.pick(['&', '=', '%', 'a=%zz', '__proto__=1', 'all[]=1', 'filters[a]=b', 'x=1'.repeat(50)]));
    return pairs.length > 0 ? `?${pairs.join('&')}` : '';
  }

  private pair(parameter: Node): string {
    const name = parameter['name'] as string;
    const value = Array.isArray(parameter['x-docker-filters'])
      ? this.filters(parameter['x-docker-filters'])
      : this.values.of(parameter['schema'], name);
    return `${encode(name)}=${encode(typeof value === 'string' ? value : JSON.stringify(value))}`;
  }

  private filters(known: readonly string[]): string {
    const { random } = this;
    if (this.manner === 'hostile' && random.once(4)) return JSON.stringify(this.values.anything());
    const keys = Array.from({ length: 1 + random.below(2) }, () => random.pick(known));
    const words = ['true', 'running', 'web', 'a=b', '1h', '80/tcp', '0', '1', random.pick(hostileWords)];
    const entries = keys.map((key) => [key, random.once(3) ? { [random.pick(words)]: random.once(9) ? 'x' : true } : [random.pick(words)]]);
    return JSON.stringify(Object.fromEntries(entries));
  }

  private headerValue(): string {
    const { random } = this;
    const json = random.pick(['{}', '{"username":"a","password":"b"}', '[]', 'null', '{"', '"x"']);
    return random.pick([Buffer.from(json).toString('base64url'), json, '', '====', 'x'.repeat(20_000), '\xff\xfe']);
  }

  private bodyHeaders(type: string): string[] {
    if (this.manner === 'valid' || !this.random.once(10)) return [`Content-Type: ${type}`];
    return this.random.pick([
      [],
      ['Content-Type: text/plain'],
      ['Content-Type: application/json; charset=utf-16'],
      ['Content-Type: '],
      ['Content-Encoding: gzip', `Content-Type: ${type}`],
    ]);
  }

  private body(node: Node): { type: string; bytes: Buffer } | undefined {
    const content = (deref(node['requestBody'] ?? {})['content'] ?? {}) as Node;
    const type = Object.keys(content)[0];
    if (!type)
      return this.manner === 'hostile' && this.random.once(5) ? { type: 'application/json', bytes: Buffer.from('{"a":1}') } : undefined;
    if (type !== 'application/json') return { type, bytes: this.archive() };
    if (this.manner !== 'valid' && this.random.once(15)) return undefined;
    const text = JSON.stringify(this.values.of(content[type].schema, '')) ?? '';
    return { type, bytes: this.manner === 'hostile' && this.random.once(3) ? this.brokenJson(text) : Buffer.from(text) };
  }

  private brokenJson(text: string): Buffer {
    const { random } = this;
    const cut = random.below(text.length + 1);
    return random.pick([
      () => Buffer.from(text.slice(0, cut)),
      () => Buffer.from(`${text.slice(0, cut)}\0${text.slice(cut)}`),
      () => Buffer.concat([Buffer.from(text.slice(0, cut)), random.bytes(4), Buffer.from(text.slice(cut))]),
      () => Buffer.from(text.replace(/^\{/, '{"Image":"ghost","image":5,"IMAGE":null,')),
      () => Buffer.from(text.replace(/^\{/, '{"__proto__":{"Image":"x"},"constructor":{"prototype":1},')),
      () => Buffer.from(text.replaceAll(/:\d+/g, ':1e400')),
      () => Buffer.from('['.repeat(200_000)),
      () => Buffer.from(`${text}${text}`),
      () => Buffer.from(`\ufeff${text}`),
      () => Buffer.from(text, 'utf16le'),
    ])();
  }

  private archive(): Buffer {
    const { random, around } = this;
    const whole = random.pick(around.archives);
    if (this.manner === 'valid') return whole;
    const copy = Buffer.from(whole);
    for (let count = random.pick([0, 1, 4, 30]); count > 0; count--)
      copy[random.below(Math.min(copy.length, random.pick([600, 5000])))] = random.below(256);
    return random.once(3) ? copy.subarray(0, random.below(copy.length)) : copy;
  }
}

/** As encodeURIComponent, which does not take half a surrogate pair. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
