import { expect, it } from 'vitest';
import type { ContainerSummary } from '@/client/containers';
import { networksOf, usersBy, volumesOf } from './usage';

const container = (Id: string, part: Partial<ContainerSummary>): ContainerSummary => ({ Id, ...part }) as ContainerSummary;

it('counts a container once, however often it mounts a volume', () => {
  const mount = { Type: 'volume' as const, Name: 'data', Source: '', Destination: '/a', Mode: '', RW: true, Propagation: '' };
  const users = usersBy(
    [container('a', { Mounts: [mount, { ...mount, Destination: '/b' }] }), container('b', { Mounts: null })],
    volumesOf,
  );
  expect([...users].map(([name, list]) => [name, list.length])).toEqual([['data', 1]]);
});

it('knows a network by its name while it has no ID yet', () => {
  expect(networksOf(container('a', { NetworkSettings: { Networks: { front: { NetworkID: 'f00d' }, back: {} } } }))).toEqual([
    'f00d',
    'back',
  ]);
});
