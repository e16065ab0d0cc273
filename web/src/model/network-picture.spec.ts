import { expect, it } from 'vitest';
import type { ContainerSummary } from '@/client/containers';
import type { Network } from '@/client/networks';
import { networkPicture } from './network-picture';

it('connects ports to containers and containers to networks, both ways', () => {
  const container = {
    Id: 'a1',
    Names: ['/web'],
    State: 'running',
    Ports: [
      { IP: '127.0.0.1', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 443, Type: 'tcp' },
    ],
    NetworkSettings: { Networks: { front: { IPAddress: '172.18.0.2' }, gone: {} } },
  } as unknown as ContainerSummary;
  const network = (Name: string) =>
    ({ Id: `id-${Name}`, Name, Driver: 'bridge', IPAM: { Config: [{ Subnet: '172.18.0.0/16' }] } }) as unknown as Network;
  const { ports, containers, networks } = networkPicture([container], [network('front'), network('back')]);
  expect(ports).toMatchObject([{ name: '8080/tcp', note: '127.0.0.1', links: ['c a1'] }]);
  expect(containers).toMatchObject([{ name: 'web', note: '172.18.0.2', lit: true, links: ['p 8080/tcp', 'n front'] }]);
  expect(networks.map(({ name, links }) => [name, links])).toEqual([
    ['back', []],
    ['front', ['c a1']],
  ]);
});
