import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../base/ids.js';
import { call, host, TestNamespace } from '../drivers/networkdriver/test-namespace.js';
import type { DaemonEvent } from '../events/events.js';
import type { SandboxRequest } from '../network/sandboxes.js';
import { networkRooms, testConfig } from './testing/network-rooms.js';

const config = testConfig('swsb0', '198.19.0.1/24');

const request = (name: string, more: Partial<SandboxRequest> = {}): SandboxRequest => ({
  containerId: newId(),
  name,
  hostname: `${name}-host`,
  domainname: '',
  networkMode: 'bridge',
  endpoints: {},
  portBindings: {},
  exposedPorts: [],
  publishAllPorts: false,
  dns: [],
  dnsSearch: [],
  dnsOptions: [],
  extraHosts: [],
  links: [],
  ...more,
});

describe('sandboxes', () => {
  let { events, networks, sandboxes, connections, die }: Awaited<ReturnType<typeof networkRooms>> = {} as never;
  const namespaces: TestNamespace[] = [];
  const reserved: string[] = [];

  const run = async (wanted: SandboxRequest): Promise<TestNamespace> => {
    const namespace = await TestNamespace.create();
    namespaces.push(namespace);
    reserved.push(wanted.containerId);
    await sandboxes.reserve(wanted);
    await sandboxes.join(wanted.containerId, namespace.pid);
    return namespace;
  };

  beforeAll(async () => {
    ({ events, networks, sandboxes, connections, die } = await networkRooms(config));
    await sandboxes.open();
    await networks.create({ Name: 'app', IPAM: { Config: [{ Subnet: '198.19.1.0/24' }] } });
    await networks.create({ Name: 'vault', Internal: true, IPAM: { Config: [{ Subnet: '198.19.2.0/24' }] } });
  });

  afterEach(async () => {
    for (const id of reserved.splice(0)) await sandboxes.release(id);
    await Promise.all(namespaces.splice(0).map((namespace) => namespace.destroy()));
  });

  it('gives the lowest free address of the default network, and takes it back', async () => {
    const first = request('first');
    await run(first);
    expect(sandboxes.settings(first.containerId).Networks?.bridge).toMatchObject({
      IPAddress: '198.19.0.2',
      IPPrefixLen: 24,
      Gateway: '198.19.0.1',
      MacAddress: '02:42:c6:13:00:02',
      DNSNames: null,
    });
    await sandboxes.release(first.containerId);
    expect(sandboxes.settings(first.containerId, first)).toMatchObject({
      SandboxID: '',
      Ports: {},
      Networks: { bridge: { IPAddress: '' } },
    });
    const second = request('second');
    await run(second);
    expect(sandboxes.settings(second.containerId).IPAddress).toBe('198.19.0.2');
  });

  it('publishes ports by IPv4 and IPv6 and shows them', async () => {
    const web = request('web', {
      exposedPorts: ['80/tcp', '443/tcp'],
      portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18180' }], '81': [{ HostIp: '127.0.0.1', HostPort: '' }] },
    });
    const namespace = await run(web);
    await namespace.serve(80, 'web');
    const { Ports: ports } = sandboxes.settings(web.containerId);
    expect(ports).toMatchObject({
      '443/tcp': null,
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '18180' },
        { HostIp: '::', HostPort: '18180' },
      ],
    });
    expect(Number(ports?.['81/tcp']?.[0]?.HostPort)).toBeGreaterThanOrEqual(32768);
    expect(await call('127.0.0.1', 18180)).toBe('web 198.19.0.1');
    expect(await call('::1', 18180)).toBe('web 198.19.0.1');
  });

  it('gives IPv6 where the network has it, and publishes by it', async () => {
    await networks.create({ Name: 'six', EnableIPv6: true, IPAM: { Config: [{ Subnet: '198.19.6.0/24' }, { Subnet: 'fd00:6::/64' }] } });
    const web = request('web', { networkMode: 'six', portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18189' }] } });
    const namespace = await run(web);
    await namespace.serve(80, 'web');
    expect(sandboxes.settings(web.containerId).Networks?.six).toMatchObject({ GlobalIPv6Address: 'fd00:6::2', IPv6Gateway: 'fd00:6::1' });
    expect(await namespace.run('ip -6 route show default')).toContain('via fd00:6::1');
    expect(await namespace.run('cat /proc/sys/net/ipv6/conf/eth0/accept_ra')).toBe('0\n');
    expect(await call('fd00:6::1', 18189)).toBe('web fd00:6::1');
    expect(await call('::1', 18189)).toBe('web 198.19.6.1');
    await sandboxes.release(web.containerId);
    await networks.remove(networks.get('six'));
  });

  it('names who has a port, and leaves nothing of the failed reservation', async () => {
    const binding = (port: string) => ({
      portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18182' }], '81/tcp': [{ HostIp: '0.0.0.0', HostPort: port }] },
    });
    await run(request('holder', { portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18181' }] } }));
    const rival = request('rival', binding('18181'));
    await expect(sandboxes.reserve(rival)).rejects.toThrow(
      /driver failed programming external connectivity on endpoint rival .*Bind for 0\.0\.0\.0:18181 failed: port is already allocated \(by container holder\)/,
    );
    const server = createServer().listen(18183);
    await once(server, 'listening');
    await expect(sandboxes.reserve(request('rival', binding('18183')))).rejects.toThrow(
      `failed: port is already allocated (by ${execFileSync('cat', [`/proc/${process.pid}/comm`], { encoding: 'utf8' }).trim()}, pid ${process.pid})`,
    );
    server.close();
    const next = request('next', { portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18182' }] } });
    await run(next);
    expect(sandboxes.settings(next.containerId).IPAddress).toBe('198.19.0.3');
  });

  it('resolves names, aliases and addresses in networks of its own, and only there', async () => {
    const db = request('db', { networkMode: 'app', endpoints: { app: { Aliases: ['store'] } } });
    const web = request('web', { networkMode: 'app', endpoints: { vault: {} } });
    const inside = await run(web);
    await run(db);
    expect((await sandboxes.files(web.containerId)).resolvConf).toMatch(
      /^nameserver 127\.0\.0\.11\n[^]*options .*ndots:0\n[^]*^# ExtServers: \[.*\]\n/m,
    );
    expect(await resolve(inside, 'db')).toEqual(['198.19.1.3']);
    expect(await resolve(inside, 'STORE.app')).toEqual(['198.19.1.3']);
    expect(await resolve(inside, db.containerId.slice(0, 12))).toEqual(['198.19.1.3']);
    expect(await resolve(inside, 'db', 'AAAA')).toBe('ENODATA');
    expect(await resolve(inside, '3.1.19.198.in-addr.arpa', 'PTR')).toEqual(['db.app']);
    expect(await inside.run('busybox nslookup -type=a db 127.0.0.11')).toContain('198.19.1.3');
    await sandboxes.release(db.containerId);
    expect(await resolve(inside, 'db')).not.toContain('198.19.1.3');
    const secret = await run(request('secret', { networkMode: 'vault' }));
    expect(await resolve(secret, 'example.com')).toBe('ESERVFAIL');
    expect(await resolve(secret, 'web')).toEqual(['198.19.2.2']);
    expect((await sandboxes.files((await defaultRequest()).containerId)).resolvConf).not.toContain('127.0.0.11');
  });

  const defaultRequest = async () => {
    const plain = request('plain');
    await run(plain);
    return plain;
  };

  it('leaves port 53 of loopback to the container', async () => {
    const namespace = await run(request('dns', { networkMode: 'app' }));
    await namespace.serve(53, 'own');
    expect(await namespace.call('127.0.0.1', 53)).toBe('own 127.0.0.1');
    expect(await resolve(namespace, 'dns')).toEqual(['198.19.1.2']);
  });

  it('writes the files of /etc', async () => {
    const linked = request('linked');
    await run(linked);
    const one = request('one', {
      domainname: 'example.org',
      extraHosts: ['gate:host-gateway', 'other=[::2]'],
      dns: ['192.0.2.53'],
      dnsSearch: ['corp.example'],
      dnsOptions: ['timeout:1'],
      links: ['linked:friend'],
    });
    await run(one);
    const files = await sandboxes.files(one.containerId);
    expect(files.hostname).toBe('one-host\n');
    expect(files.resolvConf).toMatch(
      /^#.*\n\nnameserver 192\.0\.2\.53\nsearch corp\.example\noptions timeout:1\n\n#[^]*\[nameservers search options\]\n$/,
    );
    for (const line of [
      '127.0.0.1\tlocalhost',
      '198.19.0.1\tgate',
      '::2\tother',
      `198.19.0.2\tfriend ${linked.containerId.slice(0, 12)} linked`,
      '198.19.0.3\tone-host.example.org one-host',
    ])
      expect(files.hosts.split('\n')).toContain(line);
  });

  it('connects and disconnects a running container, and its way out follows', async () => {
    const web = request('web', { portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18184' }] } });
    const namespace = await run(web);
    await namespace.serve(80, 'web');
    await connections.connect(web.containerId, 'app', { Aliases: ['www'] }, namespace.pid);
    expect(await namespace.run('ip -4 -br addr')).toMatch(/eth0\S* +UP +198\.19\.0\.2[^]*eth1\S* +UP +198\.19\.1\.2/);
    expect(await resolve(namespace, 'www')).toEqual(['198.19.1.2']);
    await expect(connections.connect(web.containerId, 'app', {}, namespace.pid)).rejects.toThrow('already exists in network app');
    await connections.disconnect(web.containerId, 'bridge', namespace.pid);
    expect(await namespace.run('ip -4 route show default')).toContain('via 198.19.1.1');
    expect(await call('127.0.0.1', 18184)).toBe('web 198.19.1.1');
    expect(Object.keys(sandboxes.settings(web.containerId).Networks ?? {})).toEqual(['app']);
  });

  it('names and sets interfaces as their settings say', async () => {
    const DriverOpts = {
      'com.docker.network.endpoint.ifname': 'lan0',
      'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.conf.IFNAME.rp_filter=2',
    };
    const Aliases = ['www'];
    const endpoints = {
      app: { DriverOpts, Aliases, IPAMConfig: { IPv4Address: '198.19.1.77', LinkLocalIPs: ['169.254.7.7'] } },
      vault: {},
    };
    const namespace = await run(request('named', { networkMode: 'app', endpoints }));
    expect(await namespace.run('ip -4 -br addr')).toMatch(/lan0\S* +UP +198\.19\.1\.77\/24 169\.254\.7\.7\/16[^]*eth0\S* +UP/);
    expect(await namespace.run('cat /proc/sys/net/ipv4/conf/lan0/log_martians /proc/sys/net/ipv4/conf/lan0/rp_filter')).toBe('1\n2\n');
    for (const [name, value, message] of [
      ['ifname', 'much-too-long-a-name', 'invalid interface name'],
      ['sysctls', 'kernel.core_pattern=x', 'invalid sysctl'],
      ['sysctls', 'net.ipv4.conf.all.forwarding=1', 'invalid sysctl'],
    ] as const) {
      const settings = { DriverOpts: { [`com.docker.network.endpoint.${name}`]: value } };
      await expect(sandboxes.reserve(request('wrong', { networkMode: 'app', endpoints: { app: settings } }))).rejects.toThrow(message);
    }
  });

  it('gives a container the port again that was picked for it', async () => {
    const web = request('web', { portBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } });
    await run(web);
    const portOf = () => sandboxes.settings(web.containerId).Ports?.['80/tcp']?.[0]?.HostPort;
    const port = portOf();
    await sandboxes.release(web.containerId);
    await run(request('other', { portBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } }));
    await run(web);
    expect(portOf()).toBe(port);
  });

  it('works by IPv6 alone, and routed', async () => {
    await networks.create({ Name: 'only6', EnableIPv4: false, EnableIPv6: true, IPAM: { Config: [{ Subnet: 'fd00:7::/64' }] } });
    const six = request('six', { networkMode: 'only6', portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18190' }] } });
    const namespace = await run(six);
    await namespace.serve(80, 'six');
    expect(sandboxes.settings(six.containerId).Networks?.only6).toMatchObject({ IPAddress: '', GlobalIPv6Address: 'fd00:7::2' });
    expect(await namespace.run('ip -6 route show default')).toContain('via fd00:7::1');
    expect(await call('fd00:7::1', 18190)).toMatch(/^six /);
    expect(await call('127.0.0.1', 18190)).toMatch(/^six /);
    expect(await resolve(namespace, 'six', 'AAAA')).toEqual(['fd00:7::2']);
    await sandboxes.release(six.containerId);
    await networks.remove(networks.get('only6'));
    const Options = { 'com.docker.network.bridge.gateway_mode_ipv4': 'routed' };
    await networks.create({ Name: 'routed', Options, IPAM: { Config: [{ Subnet: '198.19.8.0/24' }] } });
    const direct = request('direct', { networkMode: 'routed', portBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '18191' }] } });
    await run(direct);
    expect(sandboxes.settings(direct.containerId).Ports?.['80/tcp']).toEqual([{ HostIp: '0.0.0.0', HostPort: '' }]);
    expect(await call('127.0.0.1', 18191)).toBe('ECONNREFUSED');
    await sandboxes.release(direct.containerId);
    await networks.remove(networks.get('routed'));
  });

  it('keeps a container in no network to itself, and shares what is to be shared', async () => {
    const alone = await run(request('alone', { networkMode: 'none' }));
    expect((await alone.run('ls -d /proc/sys/net/ipv4/conf/*')).split('\n').map((path) => path.split('/').at(-1))).toEqual([
      'all',
      'default',
      'lo',
      '',
    ]);
    expect(await alone.run('ip -br link show lo')).toContain('UP');
    const owner = request('owner');
    await run(owner);
    const guest = request('guest', { networkMode: `container:${owner.containerId}` });
    await run(guest);
    expect(sandboxes.settings(guest.containerId).IPAddress).toBe('198.19.0.2');
    expect(await sandboxes.files(guest.containerId)).toEqual(await sandboxes.files(owner.containerId));
    await expect(sandboxes.reserve(request('x', { networkMode: 'nowhere' }))).rejects.toThrow('network nowhere not found');
  });

  it('tells what is connected and disconnected', async () => {
    const seen: DaemonEvent[] = [];
    const { unsubscribe } = events.subscribe((event) => seen.push(event));
    const one = request('one');
    await run(one);
    await sandboxes.release(one.containerId);
    unsubscribe();
    const attributes = { container: one.containerId, name: 'bridge', type: 'bridge' };
    expect(seen.map(({ Type, Action, Actor }) => [Type, Action, Actor.Attributes])).toEqual([
      ['network', 'connect', attributes],
      ['network', 'disconnect', attributes],
    ]);
  });

  it('takes running containers over after the daemon was killed, and lets go of those that ended', async () => {
    const web = request('web', { networkMode: 'app', portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18185' }] } });
    const gone = request('gone', { portBindings: { '80/tcp': [{ HostIp: '', HostPort: '18186' }] } });
    const namespace = await run(web);
    await namespace.serve(80, 'web');
    await run(gone);
    const robbed = request('robbed', { portBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '18187' }] } });
    const other = await run(robbed);
    await other.serve(80, 'robbed');
    await die();
    const thief = createServer().listen(18187);
    await once(thief, 'listening');
    ({ events, networks, sandboxes, connections, die } = await networkRooms(config));
    await sandboxes.open();
    expect(await call('127.0.0.1', 18185)).toBe('web 198.19.1.1');
    await sandboxes.restore(web, namespace.pid);
    await sandboxes.restore(robbed, other.pid);
    thief.close();
    await sandboxes.retain(new Set([web.containerId, robbed.containerId]));
    expect(sandboxes.list().map(({ containerId }) => containerId)).toEqual([web.containerId, robbed.containerId]);
    expect(await call('198.19.0.1', 18187)).toMatch(/^robbed /);
    expect(await call('::1', 18185)).toBe('web 198.19.1.1');
    expect(await resolve(namespace, 'web')).toEqual(['198.19.1.2']);
    const next = request('next', { networkMode: 'app' });
    await run(next);
    expect(sandboxes.settings(next.containerId).Networks?.app?.IPAddress).toBe('198.19.1.3');
  });

  it('leaves nothing on the host when it is closed', async () => {
    for (const name of ['app', 'vault']) await networks.remove(networks.get(name));
    await networks.close({ removeLinks: true });
    expect(await host('ip -br link')).not.toContain('swsb0');
    expect(await host('nft list tables')).not.toContain(config.nftablesTable);
  });
});

/** What the resolver of a namespace says about a name: the records, or the error's code. */
async function resolve(namespace: TestNamespace, name: string, type = 'A'): Promise<unknown> {
  const script = `const r = new (require('dns').promises.Resolver)({ timeout: 2000, tries: 1 }); r.setServers(['127.0.0.11']);
    r.resolve(process.argv[1], process.argv[2]).then((v) => console.log(JSON.stringify(v)), (e) => console.log(JSON.stringify(e.code)));`;
  return JSON.parse(await namespace.run(`${process.execPath} -e "${script.replaceAll('"', '\\"')}" ${name} ${type}`));
}
