import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cable, NetworkDriver, NetworkSpec, SandboxDriver } from './driver.js';
import { host, TestNamespace } from './test-namespace.js';

const PARENT = 'swtshare';
const GATEWAY = '198.18.8.1';

const network = (more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  id: '8'.repeat(64),
  link: '',
  subnets: [{ subnet: '198.18.8.0/24', gateway: GATEWAY }],
  internal: false,
  interContainer: true,
  masquerade: true,
  modes: { ipv4: 'nat', ipv6: 'nat' },
  source: { ipv4: '', ipv6: '' },
  trusted: [],
  mtu: 1400,
  options: { parent: PARENT },
  ...more,
});

/**
 * What network drivers keep whose containers share a link of the host, on the real kernel: two containers, and a neighbour on
 * the wire of that link. Needs root. @param modes options that containers of one network reach each other and the neighbour with
 */
export function sharedLinkSuite(create: () => NetworkDriver, sandbox: SandboxDriver, modes: readonly Record<string, string>[]): void {
  const driver = create();
  let neighbour: TestNamespace;

  const plug = async (spec: NetworkSpec, last: number): Promise<{ namespace: TestNamespace; cable: Cable }> => {
    const namespace = await TestNamespace.create();
    const cable = driver.cable(spec, {
      interfaceName: 'eth0',
      hostName: '',
      macAddress: `02:42:c6:12:08:0${last}`,
      addresses: [`198.18.8.${last}/24`],
      sysctls: [{ name: 'ipv4/conf/eth0/log_martians', value: '1' }],
    }) as Cable;
    const exit = driver.exit(spec);
    const route = { family: 4, via: exit === 'gateway' ? GATEWAY : '', link: 'eth0' } as const;
    await sandbox.join({ pid: namespace.pid, cables: [cable], routes: exit === 'none' ? [] : [route], dns: undefined });
    return { namespace, cable };
  };

  beforeAll(async () => {
    neighbour = await TestNamespace.create();
    await host(`ip link add ${PARENT} type veth peer name eth0 netns ${neighbour.pid}; ip link set ${PARENT} up`);
    await neighbour.run(`ip addr add ${GATEWAY}/24 dev eth0; ip addr add 198.18.98.1/32 dev lo; ip link set lo up; ip link set eth0 up`);
    await neighbour.serve(80, 'neighbour');
  });

  afterAll(() => neighbour?.destroy());

  describe.each(modes)('with %o', (options) => {
    it('puts containers on the wire under addresses of their own', async () => {
      const spec = network({ options: { parent: PARENT, ...options } });
      driver.check(spec);
      await driver.createNetwork(spec);
      const { namespace: one, cable } = await plug(spec, 2);
      const { namespace: two } = await plug(spec, 3);
      await two.serve(80, 'two');
      expect(await one.call('198.18.8.3', 80)).toBe('two 198.18.8.2');
      expect(await one.call(GATEWAY, 80)).toBe('neighbour 198.18.8.2');
      expect(await one.call('198.18.98.1', 80)).toBe('neighbour 198.18.8.2');
      expect(await one.run('cat /proc/sys/net/ipv4/conf/eth0/log_martians /sys/class/net/eth0/mtu 2>/dev/null || true')).toMatch(/^1\n/);
      expect(await one.run('ip -o link show eth0')).toContain('mtu 1400');
      expect(() => driver.check(network({ id: '9'.repeat(64) }))).toThrow(`is already using parent interface ${PARENT}`);
      await sandbox.unplug(one.pid, cable);
      await sandbox.unplug(one.pid, cable);
      expect(await one.run('ip -o link')).not.toContain('eth0');
      await Promise.all([one.destroy(), two.destroy()]);
      await driver.deleteNetwork(spec);
      expect(await host('ip -br link')).toContain(PARENT);
    });
  });

  it('leads nowhere out of an internal network', async () => {
    const spec = network({ internal: true, options: { parent: PARENT } });
    expect(driver.exit(spec)).toBe('none');
    await driver.restore([spec], []);
    const { namespace } = await plug(spec, 2);
    expect(await namespace.call('198.18.98.1', 80)).toBe('ENETUNREACH');
    await namespace.destroy();
    await driver.deleteNetwork(spec);
  });

  it('refuses parents and modes that there are not', () => {
    const check = (options: Record<string, string>) => () => driver.check(network({ options }));
    for (const parent of ['lo', 'no-such-link', 'no-such-link.5', `${PARENT}.0`, `${PARENT}.4095`])
      expect(check({ parent })).toThrow(`invalid parent interface ${parent}`);
    expect(check({ parent: `${PARENT}.4094` })).not.toThrow();
    expect(check({ [`${driver.name}_mode`]: 'l9' })).toThrow("mode 'l9' is not valid");
  });
}
