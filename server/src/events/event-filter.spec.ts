import { describe, expect, it } from 'vitest';
import type { DaemonEvent } from './event.js';
import { eventFilter } from './event-filter.js';

function event(Type: DaemonEvent['Type'], Action: string, ID: string, Attributes: Record<string, string> = {}): DaemonEvent {
  return { Type, Action, Actor: { ID, Attributes }, scope: 'local', time: 1, timeNano: 1_000_000_000n };
}

const WEB = { image: 'registry.lab:5000/nginx:1.27', name: 'web', deck: 'upper', side: 'port' };
const EVENTS = {
  start: event('container', 'start', 'abc123', WEB),
  healthy: event('container', 'health_status: healthy', 'abc123', WEB),
  exec: event('container', 'exec_create: ls -l', 'def456', { image: 'busybox', name: 'db' }),
  pull: event('image', 'pull', 'registry.lab:5000/nginx:1.27', { name: 'registry.lab:5000/nginx' }),
  connect: event('network', 'connect', 'net789', { container: 'abc123', name: 'fleet', type: 'bridge' }),
  mount: event('volume', 'mount', 'data', { container: 'abc123', driver: 'local' }),
  reload: event('daemon', 'reload', 'id-of-the-daemon', { name: 'host' }),
};

/** Names of the events above that these filters let through. */
function passing(filters: Record<string, string[]>): string[] {
  const test = eventFilter(new Map(Object.entries(filters)));
  return Object.entries(EVENTS)
    .filter(([, one]) => test(one))
    .map(([name]) => name);
}

describe('filters of events', () => {
  it.each<[Record<string, string[]>, string[]]>([
    [{}, Object.keys(EVENTS)],
    [{ type: ['container'] }, ['start', 'healthy', 'exec']],
    [{ type: ['image', 'daemon'] }, ['pull', 'reload']],
    [{ event: ['start', 'mount'] }, ['start', 'mount']],
    [{ event: ['health_status'] }, ['healthy']],
    [{ event: ['health_status: healthy'] }, ['healthy']],
    [{ event: ['exec_create'] }, ['exec']],
    [{ container: ['web'] }, ['start', 'healthy']],
    [{ container: ['abc123'] }, ['start', 'healthy', 'connect', 'mount']],
    [{ container: ['abc'] }, ['start', 'healthy']],
    [{ image: ['registry.lab:5000/nginx'] }, ['start', 'healthy', 'pull']],
    [{ image: ['registry.lab:5000/nginx:1.27'] }, ['start', 'healthy', 'pull']],
    [{ image: ['busybox', 'nothing'] }, ['exec']],
    [{ label: ['deck'] }, ['start', 'healthy']],
    [{ label: ['deck=upper', 'side=port'] }, ['start', 'healthy']],
    [{ label: ['deck=upper', 'side=starboard'] }, []],
    [{ network: ['fleet'] }, ['connect']],
    [{ volume: ['data'] }, ['mount']],
    [{ daemon: ['host'] }, ['reload']],
    [{ scope: ['local'], type: ['volume'] }, ['mount']],
    [{ scope: ['swarm'] }, []],
    [{ type: ['container'], event: ['start'], container: ['db'] }, []],
    [{ service: ['s'], type: ['container'] }, []],
  ])('%j', (filters, names) => expect(passing(filters)).toEqual(names));

  it('refuses a name that there is not', () => expect(() => passing({ colour: ['red'] })).toThrow("invalid filter 'colour'"));
});
