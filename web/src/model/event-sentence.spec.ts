import { expect, it } from 'vitest';
import type { EventMessage } from '@/client/generated/docker/types.gen';
import { eventSentence } from './event-sentence';

const event = (
  Type: EventMessage['Type'],
  Action: string,
  Attributes: Record<string, string> = {},
  ID = 'f00d'.repeat(16),
): EventMessage => ({
  Type,
  Action,
  Actor: { ID, Attributes },
  time: 0,
  timeNano: 0,
});

it.each([
  [event('container', 'die', { name: 'web', exitCode: '0' }), 'web ended without an error', 'plain'],
  [event('container', 'die', { name: 'web', exitCode: '1' }), 'web ended with exit code 1', 'bad'],
  [event('container', 'kill', { name: 'web', signal: '15' }), 'web was sent signal 15', 'plain'],
  [event('container', 'health_status: unhealthy', { name: 'web' }), 'web became unhealthy', 'bad'],
  [event('container', 'exec_start: sh -c true', { name: 'web' }), 'web runs a command: sh -c true', 'plain'],
  [event('container', 'rename', { name: 'new', oldName: '/old' }), 'new was renamed from old', 'plain'],
  [event('image', 'pull', { name: 'busybox' }, 'busybox:latest'), 'busybox was pulled', 'ok'],
  [event('volume', 'create', {}, 'data'), 'data was created', 'plain'],
  [event('container', 'something-new', { name: 'web' }), 'web something-new', 'plain'],
])('tells %#', (message, sentence, tone) => {
  const { subject, verb, tone: told } = eventSentence(message);
  expect(`${subject} ${verb}`).toBe(sentence);
  expect(told).toBe(tone);
});

it('names the container that joined a network', () => {
  const joined = event('network', 'connect', { name: 'front', container: 'abc' });
  expect(eventSentence(joined, () => 'web').verb).toBe('was joined by web');
  expect(eventSentence(joined).verb).toBe('was joined by a container');
});

it('cuts IDs short', () => {
  const id = `sha256:${'ab'.repeat(32)}`;
  expect(eventSentence(event('image', 'load', { name: id }, id)).subject).toBe('abababababab');
  expect(eventSentence(event('container', 'start')).subject).toBe('f00df00df00d');
});

it('links only to what is still there', () => {
  expect(eventSentence(event('container', 'start')).to).toBe(`/containers/${'f00d'.repeat(16)}`);
  expect(eventSentence(event('container', 'destroy')).to).toBeUndefined();
});
