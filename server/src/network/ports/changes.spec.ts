import { describe, expect, it } from 'vitest';
import type { SandboxPort } from '../sandbox/sandbox.js';
import { wantedPorts } from './bindings.js';
import { portChanges } from './changes.js';

const port = (key: string, hostIp: string, hostPort: number): SandboxPort => ({
  key,
  protocol: 'tcp',
  containerPort: Number.parseInt(key, 10),
  containerIp: '10.0.0.2',
  hostIp,
  hostPort,
});
/** What `docker run -p TEXT` wants, for each text. */
const wanted = (...texts: string[]) =>
  wantedPorts({
    portBindings: Object.fromEntries(
      Array.from(
        Map.groupBy(texts, (text) => text.split(':').at(-1)!),
        ([key, bindings]) => [key, bindings.map((text) => ({ HostIp: text.split(':').at(-3) ?? '', HostPort: text.split(':').at(-2)! }))],
      ),
    ),
    exposedPorts: [],
    publishAllPorts: false,
  });

describe('portChanges', () => {
  const both = (key: string, hostPort: number) => [port(key, '0.0.0.0', hostPort), port(key, '::', hostPort)];

  it('leaves alone what is wanted before and after', () => {
    const ports = [...both('80/tcp', 8080), ...both('81/tcp', 8081)];
    const changes = portChanges(ports, wanted('8080:80/tcp', '8081:81/tcp'), wanted('8080:80/tcp', '9090:81/tcp'));
    expect(changes.kept).toEqual(both('80/tcp', 8080));
    expect(changes.gone).toEqual(both('81/tcp', 8081));
    expect(changes.added.map(({ key, hostPorts }) => [key, hostPorts])).toEqual([['81/tcp', [9090, 9090]]]);
  });

  it('tells a port that was asked for from one that was picked', () => {
    const ports = [port('80/tcp', '127.0.0.1', 32768), port('80/tcp', '127.0.0.1', 8080)];
    const before = wanted('127.0.0.1::80/tcp', '127.0.0.1:8080:80/tcp');
    expect(portChanges(ports, before, wanted('127.0.0.1::80/tcp')).gone).toEqual([ports[1]]);
    expect(portChanges(ports, before, wanted('127.0.0.1:8080:80/tcp')).gone).toEqual([ports[0]]);
  });

  it('moves a port of the host to another of the container', () => {
    const ports = both('80/tcp', 8080);
    const changes = portChanges(ports, wanted('8080:80/tcp'), wanted('8080:81/tcp'));
    expect(changes).toMatchObject({ kept: [], gone: ports, added: [{ key: '81/tcp' }] });
  });
});
