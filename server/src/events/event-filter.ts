import { invalidParameter } from '../base/errors.js';
import type { DaemonEvent } from './events.js';

type Match = (event: DaemonEvent, value: string) => boolean;

const ofType =
  (type: DaemonEvent['Type']): Match =>
  ({ Type, Actor }, value) =>
    (Type === type && (Actor.ID === value || Actor.ID.startsWith(value) || Actor.Attributes['name'] === value)) ||
    (Type !== type && Actor.Attributes[type] === value);

const imageName = (name: string) => name.replace(/:[^/:]*$/, '');

const MATCHES: Readonly<Record<string, Match>> = {
  event: ({ Action }, value) => Action === value || Action.startsWith(`${value}: `),
  type: ({ Type }, value) => Type === value,
  scope: ({ scope }, value) => scope === value,
  container: ofType('container'),
  network: ofType('network'),
  volume: ofType('volume'),
  daemon: ofType('daemon'),
  image: ({ Type, Actor }, value) => {
    const name = Actor.Attributes[Type === 'image' ? 'name' : 'image'] ?? '';
    return (Type === 'image' && Actor.ID === value) || name === value || imageName(name) === value;
  },
  label: ({ Actor }, value) => {
    const cut = value.indexOf('=');
    return cut < 0 ? value in Actor.Attributes : Actor.Attributes[value.slice(0, cut)] === value.slice(cut + 1);
  },
};

/** Parts of a swarm are never seen here, so these keys match nothing. */
const SWARM_KEYS = new Set(['service', 'node', 'secret', 'config', 'plugin']);

/**
 * Makes a test of events out of Docker's filters: any value of a key, and every key.
 * @throws InvalidParameter for an unknown key
 */
export function eventFilter(filters: ReadonlyMap<string, readonly string[]>): (event: DaemonEvent) => boolean {
  for (const key of filters.keys()) if (!MATCHES[key] && !SWARM_KEYS.has(key)) throw invalidParameter(`invalid filter '${key}'`);
  const tests = [...filters].map(([key, values]) => {
    const match = MATCHES[key];
    return (event: DaemonEvent) =>
      match !== undefined && (key === 'label' ? values.every((value) => match(event, value)) : values.some((value) => match(event, value)));
  });
  return (event) => tests.every((test) => test(event));
}
