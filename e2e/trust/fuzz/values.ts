import { documents, type Node } from './document.ts';
import type { Random } from './random.ts';
import { hostileNumbers, hostileWords, sensible } from './words.ts';

/** How far a request strays: every field as documented, one field wrong here and there, or anything anywhere. */
export type Manner = 'valid' | 'nearly' | 'hostile';

const WRONG: Readonly<Record<Manner, number>> = { valid: Infinity, nearly: 12, hostile: 3 };

/** Follows a `$ref` of the documents. */
export function deref(node: Node): Node {
  if (typeof node['$ref'] !== 'string') return node;
  const target = node['$ref']
    .slice(2)
    .split('/')
    .reduce<Node>((at, key) => at[key], documents);
  return deref(target);
}

/** Makes values that fit a schema, or stray from it. */
export class Values {
  private readonly random: Random;
  private readonly manner: Manner;

  constructor(random: Random, manner: Manner) {
    this.random = random;
    this.manner = manner;
  }

  /** A value for the field or parameter `name` of this schema. */
  of(schema: Node, name: string, depth = 0): unknown {
    const { random } = this;
    if (random.once(WRONG[this.manner])) return this.anything(depth);
    const known = Object.hasOwn(sensible, name) ? sensible[name] : undefined;
    if (known && !random.once(8)) return random.pick(known);
    const node = deref(schema);
    if (Array.isArray(node['enum'])) return random.pick(node['enum']);
    const choices = node['oneOf'] ?? node['anyOf'];
    if (choices) return this.of(random.pick(choices as Node[]), name, depth);
    const type = [node['type'] ?? (node['properties'] || node['allOf'] ? 'object' : 'string')].flat();
    return this.typed(random.pick(type), node, name, depth);
  }

  /** A value that has nothing to do with any schema. */
  anything(depth = 0): unknown {
    const { random } = this;
    const choices: (() => unknown)[] = [
      () => random.pick(hostileWords),
      () => random.pick(hostileWords),
      () => random.pick(hostileNumbers),
      () => null,
      () => random.once(2),
      () => [],
      () => ({}),
      () => nested(random.pick([3, 50, 3000])),
      () => (depth > 3 ? 0 : Array.from({ length: random.below(4) }, () => this.anything(depth + 1))),
      () => (depth > 3 ? 0 : { [random.pick(hostileWords)]: this.anything(depth + 1) }),
      () => 'y'.repeat(random.pick([1000, 100_000])),
    ];
    return random.pick(choices)();
  }

  private typed(type: string, node: Node, name: string, depth: number): unknown {
    const { random } = this;
    if (type === 'null') return null;
    if (type === 'boolean') return random.once(2);
    if (type === 'integer' || type === 'number') return random.pick([0, 1, 2, 10, 1000, node['minimum'] ?? 5, 6_291_456, 536_870_912]);
    if (type === 'array') return Array.from({ length: random.below(3) }, () => this.of(node['items'] ?? {}, name, depth + 1));
    if (type === 'object') return this.object(node, depth);
    return random.pick(['', 'a', 'fuzz', 'web', 'b c', '1', '/x', random.pick(hostileWords)]);
  }

  private object(node: Node, depth: number): Node {
    const { random } = this;
    const result: Node = {};
    if (depth > 7) return result;
    const properties = propertiesOf(node);
    const required = new Set<string>((node['required'] as string[] | undefined) ?? []);
    // A whole host configuration has some field wrong nearly always: few at a time get further.
    const share = Math.max(2, Math.ceil(properties.length / random.pick([1, 3, 6])));
    for (const [name, schema] of properties) if (required.has(name) || random.once(share)) result[name] = this.of(schema, name, depth + 1);
    const more = node['additionalProperties'];
    if (typeof more === 'object')
      for (let count = random.below(3); count > 0; count--)
        result[random.once(2) ? random.pick(hostileWords) : random.pick(['a', 'web', '80/tcp', '/x'])] = this.of(more, '', depth + 1);
    if (depth === 0 && 'Image' in Object.fromEntries(properties)) result['Image'] ??= this.of({ type: 'string' }, 'Image');
    return result;
  }
}

function propertiesOf(node: Node): [string, Node][] {
  const parts = [node, ...((node['allOf'] as Node[] | undefined) ?? []).map(deref)];
  return parts.flatMap((part) => (part === node ? Object.entries<Node>(part['properties'] ?? {}) : propertiesOf(part)));
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}
