import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointSpec, NetworkDriver, NetworkSpec, PublishedPort, SandboxDriver } from './driver.js';
import { call, host, TestNamespace } from './test-namespace.js';

const TABLE = 'swtest';
const LAN = { host: '198.18.99.1', other: '198.18.99.9', neighbour: '198.18.99.2', link: 'swtest-lan' };

const network = (index: number, more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  id: `${index}`.repeat(64),
  link: `swtest${index}`,
  subnets: [{ subnet: `198.18.${index}.0/24`, gateway: `198.18.${index}.1` }],
  internal: false,
  interContainer: true,
  masquerade: true,
  modes: { ipv4: 'nat', ipv6: 'nat' },
  source: { ipv4: '', ipv6: '' },
  trusted: [],
  mtu: 1500,
  options: {},
  ...more,
});

const endpoint = (index: number, last: number): EndpointSpec => ({
  interfaceName: 'eth0',
  hostName: `swtv${index}-${last}`,
  macAddress: `02:42:c6:12:0${index}:0${last}`,
  addresses: [`198.18.${index}.${last}/24`],
  sysctls: [],
});

const port = (hostIp: string, hostPort: number, more: Partial<PublishedPort> = {}): PublishedPort => ({
  protocol: 'tcp',
  hostIp,
  hostPort,
  containerIp: '198.18.1.2',
  containerPort: 80,
  ...more,
});

/**
 * What every network driver with links keeps, on the real kernel: two containers in one network, one in another, one in an
 * internal one, and a neighbour of the host on a LAN of its own. Needs root.
 */
export function networkDriverSuite(name: string, create: (table: string) => NetworkDriver, sandbox: SandboxDriver): void {
  describe(`network driver ${name}`, () => {
    const driver = create(TABLE);
    const [front, back, inside, silent] = [network(1), network(2), network(3, { internal: true }), network(4, { interContainer: false })];
    const routed = network(5, { modes: { ipv4: 'routed', ipv6: 'routed' } });
    const open = network(6, { modes: { ipv4: 'nat-unprotected', ipv6: 'nat' }, source: { ipv4: LAN.other, ipv6: '' } });
    const trusting = network(7, { trusted: [LAN.link] });
    const all = [front, back, inside, silent, routed, open, trusting];
    let direct: TestNamespace, exposed: TestNamespace, trusted: TestNamespace;
    let web: TestNamespace,
      peer: TestNamespace,
      other: TestNamespace,
      hidden: TestNamespace,
      mute: TestNamespace,
      lonely: TestNamespace,
      neighbour: TestNamespace;

    const plug = async (spec: NetworkSpec, index: number, last: number): Promise<TestNamespace> => {
      const namespace = await TestNamespace.create();
      const cable = driver.cable(spec, endpoint(index, last));
      const routes = spec.internal ? [] : spec.subnets.map(({ gateway }) => ({ family: 4, via: gateway, link: 'eth0' }) as const);
      await sandbox.join({ pid: namespace.pid, cables: cable ? [cable] : [], routes, dns: undefined });
      return namespace;
    };

    beforeAll(async () => {
      await driver.restore([front], []);
      for (const spec of all.slice(1)) await driver.createNetwork(spec);
      [direct, exposed, trusted] = (await Promise.all([plug(routed, 5, 2), plug(open, 6, 2), plug(trusting, 7, 2)])) as [
        TestNamespace,
        TestNamespace,
        TestNamespace,
      ];
      [web, peer, other, hidden, mute, lonely] = (await Promise.all([
        plug(front, 1, 2),
        plug(front, 1, 3),
        plug(back, 2, 2),
        plug(inside, 3, 2),
        plug(silent, 4, 2),
        plug(silent, 4, 3),
      ])) as [TestNamespace, TestNamespace, TestNamespace, TestNamespace, TestNamespace, TestNamespace];
      neighbour = await TestNamespace.create();
      await host(
        `ip link add ${LAN.link} type veth peer name eth0 netns ${neighbour.pid}; ip addr add ${LAN.host}/24 dev ${LAN.link}; ip addr add ${LAN.other}/24 dev ${LAN.link}; ip link set ${LAN.link} up; sysctl -qw net.ipv4.conf.${LAN.link}.route_localnet=1`,
      );
      // The neighbour sends everything to the host, so that it can try to reach containers by their own addresses.
      await neighbour.run(
        `ip addr add ${LAN.neighbour}/24 dev eth0; ip link set eth0 up; ip link set lo up; ip route add default via ${LAN.host}`,
      );
      await Promise.all([
        web.serve(80, 'web'),
        web.serve(81, 'unpublished'),
        web.serve(53, 'web', 'udp'),
        peer.serve(80, 'peer'),
        hidden.serve(80, 'hidden'),
        lonely.serve(80, 'lonely'),
        neighbour.serve(80, 'neighbour'),
        direct.serve(80, 'direct'),
        direct.serve(81, 'unpublished'),
        exposed.serve(80, 'exposed'),
        trusted.serve(80, 'trusted'),
      ]);
      await driver.publish([
        port('0.0.0.0', 18080),
        port('127.0.0.1', 18081),
        port('0.0.0.0', 18053, { protocol: 'udp', containerPort: 53 }),
        port(LAN.host, 18082),
        port('0.0.0.0', 0, { containerIp: '198.18.5.2' }),
      ]);
    });

    afterAll(async () => {
      const namespaces = [web, peer, other, hidden, mute, lonely, direct, exposed, trusted, neighbour];
      await Promise.all(namespaces.map((namespace) => namespace?.destroy()));
      await driver.close(all);
    });

    it('gives a container its address, loopback and a way out under the address of the host', async () => {
      expect(await web.run('ip link show eth0')).toContain('02:42:c6:12:01:02');
      expect(await web.run('ip -4 -br addr show eth0')).toContain('198.18.1.2/24');
      expect(await web.run('ip -6 addr show eth0')).toBe('');
      expect(await web.call('127.0.0.1', 80)).toBe('web 127.0.0.1');
      expect(await web.call(LAN.neighbour, 80)).toBe(`neighbour ${LAN.host}`);
    });

    it('lets the host reach a published port by every address of its own', async () => {
      expect(await call('127.0.0.1', 18080)).toBe('web 198.18.1.1');
      expect(await call(LAN.host, 18080)).toMatch(/^web /);
      expect(await call('198.18.1.1', 18080)).toMatch(/^web /);
      expect(await call('198.18.1.2', 81)).toMatch(/^unpublished /);
    });

    it('lets a neighbour reach a published port, who is seen under his own address', async () => {
      expect(await neighbour.call(LAN.host, 18080)).toBe(`web ${LAN.neighbour}`);
      expect(await neighbour.call(LAN.host, 18082)).toBe(`web ${LAN.neighbour}`);
      expect(await neighbour.call(LAN.host, 18053, 'udp')).toBe(`web ${LAN.neighbour}`);
      expect(await call('127.0.0.1', 18053, 'udp')).toBe('web 198.18.1.1');
    });

    it('binds a port to the address it was published on', async () => {
      expect(await call('127.0.0.1', 18081)).toBe('web 198.18.1.1');
      expect(await call('127.0.0.1', 18082)).toBe('ECONNREFUSED');
      expect(await neighbour.call(LAN.host, 18081)).toBe('ECONNREFUSED');
    });

    it('keeps loopback addresses of the host from neighbours and containers that route to them', async () => {
      for (const [namespace, gateway] of [
        [neighbour, LAN.host],
        [peer, '198.18.1.1'],
      ] as const) {
        await namespace.run(
          `sysctl -qw net.ipv4.conf.eth0.route_localnet=1; ip route del local 127.0.0.0/8 table local; ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.1 via ${gateway}`,
        );
        expect(await namespace.call('127.0.0.1', 18081)).toBe('ETIMEDOUT');
        await namespace.run('ip addr add 127.0.0.1/8 dev lo');
      }
    });

    it('drops what is routed straight to a container', async () => {
      expect(await neighbour.call('198.18.1.2', 81)).toBe('ETIMEDOUT');
      expect(await neighbour.call('198.18.1.2', 80)).toBe('ETIMEDOUT');
    });

    it('lets containers of one network reach each other, themselves and the published ports of the host', async () => {
      expect(await peer.call('198.18.1.2', 80)).toBe('web 198.18.1.3');
      expect(await peer.call(LAN.host, 18080)).toMatch(/^web /);
      expect(await web.call(LAN.host, 18080)).toMatch(/^web /);
      expect(await web.call('198.18.1.1', 18080)).toMatch(/^web /);
    });

    it('keeps networks apart, but for what is published', async () => {
      expect(await other.call('198.18.1.2', 80)).toBe('ETIMEDOUT');
      expect(await other.call('198.18.1.2', 81)).toBe('ETIMEDOUT');
      expect(await other.call(LAN.host, 18080)).toMatch(/^web /);
    });

    it('lets nothing out of an internal network, and nothing in', async () => {
      expect(await hidden.call(LAN.neighbour, 80)).toBe('ENETUNREACH');
      await hidden.run('ip route add default via 198.18.3.1');
      expect(await hidden.call(LAN.neighbour, 80)).toBe('ETIMEDOUT');
      expect(await hidden.call('198.18.1.2', 80)).toBe('ETIMEDOUT');
      expect(await web.call('198.18.3.2', 80)).toBe('ETIMEDOUT');
      expect(await call('198.18.3.2', 80)).toMatch(/^hidden /);
    });

    it('keeps containers apart where they are not to talk', async () => {
      expect(await mute.call('198.18.4.3', 80)).toMatch(/EHOSTUNREACH|ETIMEDOUT/);
      const linked = port('0.0.0.0', 0, { containerIp: '198.18.4.3', from: '198.18.4.2' });
      await driver.publish([linked]);
      expect(await mute.call('198.18.4.3', 80)).toBe('lonely 198.18.4.2');
      await driver.unpublish([linked]);
      expect(await mute.call('198.18.4.3', 80)).toMatch(/EHOSTUNREACH|ETIMEDOUT/);
      expect(await mute.call(LAN.neighbour, 80)).toMatch(/^neighbour /);
    });

    it('takes a port back, at once and for good', async () => {
      await driver.publish([port('0.0.0.0', 18090)]);
      expect(await neighbour.call(LAN.host, 18090)).toMatch(/^web /);
      await driver.unpublish([port('0.0.0.0', 18090)]);
      await driver.unpublish([port('0.0.0.0', 18090)]);
      expect(await neighbour.call(LAN.host, 18090)).toBe('ECONNREFUSED');
    });

    it('routes to a container whose network is routed: to its published ports alone, and under its own address', async () => {
      expect(await neighbour.call('198.18.5.2', 80)).toBe(`direct ${LAN.neighbour}`);
      expect(await neighbour.call('198.18.5.2', 81)).toBe('ETIMEDOUT');
      expect(await neighbour.run('busybox ping -c 1 -w 5 198.18.5.2')).toContain('1 packets received');
      await neighbour.run(`ip route replace 198.18.5.0/24 via ${LAN.host}`);
      expect(await direct.call(LAN.neighbour, 80)).toBe('neighbour 198.18.5.2');
    });

    it('lets everybody in where a network is open, and those whom it trusts', async () => {
      expect(await neighbour.call('198.18.6.2', 80)).toBe(`exposed ${LAN.neighbour}`);
      expect(await exposed.call(LAN.neighbour, 80)).toBe(`neighbour ${LAN.other}`);
      expect(await neighbour.call('198.18.7.2', 80)).toBe(`trusted ${LAN.neighbour}`);
      expect(await other.call('198.18.7.2', 80)).toBe('ETIMEDOUT');
    });

    it('leads a sender of datagrams to the port that is published meanwhile', async () => {
      const answer = neighbour.insist(LAN.host, 18054);
      await neighbour.call(LAN.host, 18054, 'udp');
      await driver.publish([port('0.0.0.0', 18054, { protocol: 'udp', containerPort: 53 })]);
      expect(await answer).toBe(`web ${LAN.neighbour}`);
    });

    it("obeys the user's own rules, and leaves them alone", async () => {
      await host(`nft add rule inet ${TABLE}-user forward ip saddr ${LAN.neighbour} tcp dport 80 drop`);
      expect(await neighbour.call(LAN.host, 18080)).toBe('ETIMEDOUT');
      await driver.restore(all, [port('0.0.0.0', 18080)]);
      expect(await neighbour.call(LAN.host, 18080)).toBe('ETIMEDOUT');
      await host(`nft flush chain inet ${TABLE}-user forward`);
      expect(await neighbour.call(LAN.host, 18080)).toMatch(/^web /);
    });

    it('makes rules again as soon as somebody deletes them, and everything when the daemon starts', async () => {
      const rules = () => host(`nft list table inet ${TABLE}`).catch(() => '');
      const whole = await rules();
      for (const deletion of [`delete table inet ${TABLE}`, `flush chain inet ${TABLE} forward`, `flush map inet ${TABLE} any4`]) {
        await host(`nft ${deletion}`);
        await expect.poll(rules, { timeout: 10_000 }).toBe(whole);
      }
      expect(await neighbour.call(LAN.host, 18080)).toMatch(/^web /);
      expect(await neighbour.call('198.18.1.2', 81)).toBe('ETIMEDOUT');
      const later = create(TABLE);
      await later.restore(all, [port('0.0.0.0', 18080)]);
      expect(await neighbour.call(LAN.host, 18080)).toMatch(/^web /);
      expect(await neighbour.call('198.18.1.2', 81)).toBe('ETIMEDOUT');
      expect(await neighbour.call(LAN.host, 18082)).toBe('ECONNREFUSED');
    });

    it('leaves nothing of a failed join', async () => {
      const cable = driver.cable(front, { ...endpoint(1, 9), addresses: ['nonsense'] });
      const namespace = await TestNamespace.create();
      await expect(sandbox.join({ pid: namespace.pid, cables: cable ? [cable] : [], routes: [], dns: undefined })).rejects.toThrow(
        'nonsense',
      );
      await namespace.destroy();
      expect(await host('ip -br link')).not.toContain('swtv1-9');
    });

    it('loses its links with the containers, and leaves nothing when it is closed', async () => {
      await Promise.all([web, peer, other, hidden, mute, lonely, direct, exposed, trusted].map((namespace) => namespace.destroy()));
      await driver.close(all);
      await expect.poll(() => host('ip -br link')).not.toMatch(/swtest[0-9]|swtv/);
      expect(await host('nft list tables')).not.toContain(TABLE);
    });
  });
}
