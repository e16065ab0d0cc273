import { expect, it } from 'vitest';
import type { ContainerSummary } from '@/client/containers';
import { matchesContainer, portLinks, shortStatus } from './container';

const container = (part: Partial<ContainerSummary>): ContainerSummary =>
  ({
    Id: 'ab'.repeat(32),
    Names: ['/web'],
    Image: 'nginx:1',
    State: 'running',
    Status: 'Up 3 hours',
    Labels: {},
    ...part,
  }) as ContainerSummary;

it('shows a port bound on IPv4 and IPv6 once, published first', () => {
  const links = portLinks(
    container({
      Ports: [
        { PrivatePort: 53, Type: 'udp' },
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      ],
    }),
    'docker.lan',
  );
  expect(links).toEqual([{ text: '8080 → 80', href: 'http://docker.lan:8080/' }, { text: '53/udp' }]);
});

it('links to the address a port is bound to', () => {
  const [link] = portLinks(container({ Ports: [{ IP: '::1', PrivatePort: 80, PublicPort: 81, Type: 'tcp' }] }), 'x');
  expect(link?.href).toBe('http://[::1]:81/');
});

it('filters by all words', () => {
  expect(matchesContainer(container({}), 'web NGINX')).toBe(true);
  expect(matchesContainer(container({}), 'web postgres')).toBe(false);
});

it('shortens the status', () => {
  expect(['Up 3 hours (unhealthy)', 'Up 2 days (Paused)', 'Exited (137) 12 minutes ago', 'Created'].map(shortStatus)).toEqual([
    'Up 3 hours',
    'Up 2 days',
    'Exit code 137, 12 minutes ago',
    'Created',
  ]);
});
