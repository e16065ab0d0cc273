import { describe, expect, it } from 'vitest';
import type { SandboxRequest } from '../sandbox/sandbox.js';
import { wantedPorts } from './bindings.js';

const wanted = (more: Partial<SandboxRequest>) =>
  wantedPorts({ portBindings: {}, exposedPorts: [], publishAllPorts: false, ...more } as SandboxRequest);

describe('wanted ports', () => {
  it('reads bindings with their defaults', () => {
    expect(wanted({ portBindings: { '80': [{}], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '8000-8010' }], '81/tcp': null } })).toEqual([
      { key: '80/tcp', protocol: 'tcp', containerPort: 80, hostIp: undefined, hostPorts: undefined },
      { key: '53/udp', protocol: 'udp', containerPort: 53, hostIp: '127.0.0.1', hostPorts: [8000, 8010] },
    ]);
  });

  it('publishes exposed ports too when all are to be', () => {
    const ports = wanted({
      portBindings: { '80/tcp': [{ HostPort: '8080' }] },
      exposedPorts: ['80/tcp', '443/tcp'],
      publishAllPorts: true,
    });
    expect(ports.map(({ key, hostPorts }) => [key, hostPorts])).toEqual([
      ['80/tcp', [8080, 8080]],
      ['443/tcp', undefined],
    ]);
  });

  it('refuses what is no port', () => {
    for (const HostPort of ['x', '70000', '-1', '9000-8000', '80-'])
      expect(() => wanted({ portBindings: { '80/tcp': [{ HostPort }] } })).toThrow(/invalid/);
    for (const key of ['0/tcp', '80/icmp', 'http'])
      expect(() => wanted({ portBindings: { [key]: [{}] } })).toThrow('invalid port specification');
    expect(() => wanted({ portBindings: { '80/tcp': [{ HostIp: 'localhost' }] } })).toThrow('invalid IP address localhost');
  });
});
