import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../base/ids.js';
import { Undo } from '../base/undo.js';
import { host } from '../drivers/networkdriver/test-namespace.js';
import { NetworkCreate, NetworkDelete, NetworkInspect, NetworkList, NetworkPrune } from '../engine/network/index.js';
import { NetworkRemoval } from '../engine/network/removal.js';
import { networkRooms, testConfig } from './testing/network-rooms.js';

const context = { undo: new Undo(), signal: new AbortController().signal, version: '1.56' };

describe('the jobs on networks', async () => {
  const { events, networks, sandboxes } = await networkRooms(testConfig('swjob0', '198.19.40.1/24'));
  const removal = new NetworkRemoval(networks, sandboxes, events);
  const create = (request: Parameters<NetworkCreate['run']>[0]) => new NetworkCreate(networks, events).run(request);
  const remove = (id: string) => new NetworkDelete(networks, removal).run({ id });
  const inspect = (id: string) => new NetworkInspect(networks, sandboxes).run({ id }, context);
  const names = async (filters: object) =>
    (await new NetworkList(networks, sandboxes).run({ filters: JSON.stringify(filters) })).map(({ Name }) => Name);

  beforeAll(() => sandboxes.open());

  it('has the predefined networks, which stay', async () => {
    expect(await names({ type: ['builtin'] })).toEqual(['bridge', 'host', 'none']);
    for (const name of ['bridge', 'host', 'none'])
      await expect(remove(name)).rejects.toMatchObject({
        kind: 'Forbidden',
        message: `${name} is a pre-defined network and cannot be removed`,
      });
    await expect(create({ Name: 'bridge' })).rejects.toMatchObject({ kind: 'Forbidden' });
  });

  it('makes, shows and deletes a network, and tells so', async () => {
    const seen: string[] = [];
    const { unsubscribe } = events.subscribe(({ Action, Actor }) =>
      seen.push(`${Action} ${Actor.Attributes.name} ${Actor.Attributes.type}`),
    );
    const { Id: id } = await create({
      Name: 'app',
      Labels: { tier: 'front' },
      Options: { 'com.docker.network.bridge.name': 'swjob1' },
      IPAM: { Config: [{ Subnet: '198.19.41.0/24' }] },
    });
    expect(await host('ip -4 -br addr show swjob1')).toContain('198.19.41.1/24');
    expect(await inspect(id.slice(0, 12))).toMatchObject({
      Name: 'app',
      Id: id,
      IPAM: { Config: [{ Gateway: '198.19.41.1' }] },
      Containers: {},
      Status: { IPAM: { Subnets: { '198.19.41.0/24': { IPsInUse: 3, DynamicIPsAvailable: 253 } } } },
    });
    expect(await names({ label: ['tier=front'] })).toEqual(['app']);
    await remove('app');
    expect(await host('ip -br link')).not.toContain('swjob1');
    await expect(inspect('app')).rejects.toMatchObject({ kind: 'NotFound', message: 'network app not found' });
    unsubscribe();
    expect(seen).toEqual(['create app bridge', 'destroy app bridge']);
  });

  it('refuses what cannot be', async () => {
    await create({ Name: 'one', IPAM: { Config: [{ Subnet: '198.19.42.0/24' }] } });
    await expect(create({ Name: 'one' })).rejects.toMatchObject({ kind: 'Conflict', message: 'network with name one already exists' });
    const refusals: [object, string, string][] = [
      [{ IPAM: { Config: [{ Subnet: '198.19.42.128/25' }] } }, 'Forbidden', 'Pool overlaps with other one on this address space'],
      [{ IPAM: { Config: [{ Subnet: '198.19.43.1/24' }] } }, 'InvalidParameter', 'it should be 198.19.43.0/24'],
      [{ IPAM: { Config: [{ Subnet: '198.19.43.0/24', Gateway: '198.19.44.1' }] } }, 'InvalidParameter', 'gateway 198.19.44.1 is not in'],
      [{ IPAM: { Config: [{ Gateway: '198.19.43.1' }] } }, 'InvalidParameter', 'needs a subnet'],
      [{ IPAM: { Config: [{ Subnet: '198.19.43.0/24' }, { Subnet: '198.19.43.0/25' }] } }, 'Forbidden', 'Pool overlaps'],
      [
        { IPAM: { Config: [{ Subnet: '198.19.43.0/24', AuxiliaryAddresses: { x: '10.0.0.1' } }] } },
        'InvalidParameter',
        'auxiliary address x',
      ],
      [{ IPAM: { Config: [{ Subnet: 'fd00:9::/64' }] } }, 'InvalidParameter', 'IPv6 is disabled'],
      [{ EnableIPv4: false }, 'InvalidParameter', 'IPv4 or IPv6 must be enabled'],
      [{ IPAM: { Driver: 'dhcp' } }, 'InvalidParameter', 'invalid ipam driver'],
      [{ Options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'magic' } }, 'InvalidParameter', 'one of nat,'],
      [{ Options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' } }, 'Forbidden', 'only be used for an internal network'],
      [{ Options: { 'com.docker.network.bridge.enable_icc': 'maybe' } }, 'InvalidParameter', 'true or false'],
      [{ Options: { 'com.docker.network.driver.mtu': '12' } }, 'InvalidParameter', 'a number of 68 to 65535'],
      [{ Driver: 'macvlan', Options: { parent: 'nowhere0' } }, 'InvalidParameter', 'invalid parent interface nowhere0'],
      [{ Driver: 'ipvlan', Options: { ipvlan_mode: 'l4' } }, 'InvalidParameter', "ipvlan mode 'l4' is not valid"],
      [{ Driver: 'host' }, 'Forbidden', 'only one instance of "host" network is allowed'],
      [{ Driver: 'weave' }, 'NotFound', 'could not find plugin "weave"'],
      [{ Driver: 'overlay' }, 'Forbidden', 'This node is not a swarm manager'],
      [{ Options: { 'com.docker.network.bridge.name': 'lo' } }, 'System', 'lo'],
      [{ Options: { 'com.docker.network.bridge.name': 'a-name-that-is-too-long' } }, 'InvalidParameter', 'at most 15 characters'],
    ];
    for (const [more, kind, message] of refusals) {
      const error = await create({ Name: 'other', ...more }).then(
        () => undefined,
        (reason: Error & { kind?: string }) => reason,
      );
      expect(error?.message).toContain(message);
      expect(error?.kind ?? 'System').toBe(kind);
    }
    await expect(create({ Name: 'a b' })).rejects.toMatchObject({ kind: 'InvalidParameter' });
    expect(await names({ type: ['custom'] })).toEqual(['one']);
    await remove('one');
  });

  it('keeps a network that a container uses, and prunes the others', async () => {
    await create({ Name: 'busy', IPAM: { Config: [{ Subnet: '198.19.45.0/24' }] } });
    await create({ Name: 'idle', IPAM: { Config: [{ Subnet: '198.19.46.0/24' }] } });
    const containerId = newId();
    await sandboxes.reserve({
      containerId,
      name: 'web',
      hostname: 'web',
      domainname: '',
      networkMode: 'busy',
      endpoints: {},
      portBindings: {},
      exposedPorts: [],
      publishAllPorts: false,
      dns: [],
      dnsSearch: [],
      dnsOptions: [],
      extraHosts: [],
      links: [],
    });
    expect((await inspect('busy')).Containers?.[containerId]).toMatchObject({ Name: 'web', IPv4Address: '198.19.45.2/24' });
    await expect(remove('busy')).rejects.toMatchObject({
      kind: 'Forbidden',
      message: expect.stringMatching(/network busy has active endpoints \(name:"web" id:"[0-9a-f]{12}"\)/),
    });
    expect(await names({ dangling: ['true'] })).toEqual(['idle']);
    const prune = () => new NetworkPrune(networks, sandboxes, removal, events).run({}, context);
    expect(await prune()).toEqual({ NetworksDeleted: ['idle'] });
    await sandboxes.release(containerId);
    expect(await prune()).toEqual({ NetworksDeleted: ['busy'] });
  });

  it('leaves nothing on the host when it is closed', async () => {
    await networks.close({ removeLinks: true });
    expect(await host('ip -br link')).not.toContain('swjob');
  });
});
