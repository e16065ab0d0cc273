import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { namesOf } from '../fixtures/leftovers.ts';
import { addNeighbour, type Neighbour } from '../fixtures/neighbour.ts';
import { run } from '../fixtures/process.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

/** Waits for a machine that has much else to do. */
const PATIENCE = { timeout: 30_000 };
const suite = useDaemon();
const SERVE = 'mkdir /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www';
const page = (url: string) => fetch(url).then((response) => response.text());

/** A daemon of its own, with a configuration file of these keys. */
async function daemonWith(name: string, keys: object): Promise<Daemon> {
  mkdirSync(join(suite.daemon.root, name));
  const path = join(suite.daemon.root, name, 'daemon.json');
  writeFileSync(path, JSON.stringify(keys));
  const daemon = await startDaemon({ flags: [`--config-file=${path}`] });
  await daemon.load(await busyboxArchive());
  return daemon;
}

describe('keys of dockerd', () => {
  let daemon: Daemon;
  let neighbour: Neighbour;
  const docker = (...args: string[]) => daemon.docker.ok(...args);

  beforeAll(async () => {
    neighbour = await addNeighbour();
    const profile = join(suite.daemon.root, 'profile.json');
    const deny = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 };
    writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [deny] }));
    daemon = await daemonWith('all', {
      'seccomp-profile': profile,
      'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1234' } },
      'host-gateway-ips': ['192.0.2.7', '2001:db8::7'],
      proxies: { 'http-proxy': 'http://me:secret@proxy.lab:3128', 'no-proxy': 'lab' },
      'node-generic-resources': ['SSD=3'],
      experimental: true,
      'storage-driver': 'vfs',
      'userland-proxy': false,
      'allow-direct-routing': true,
      'bridge-accept-fwmark': '0x1/0x3',
      ip6tables: false,
      containerd: '/run/containerd/containerd.sock',
    });
  }, 120_000);
  afterAll(async () => {
    await daemon?.remove();
    await neighbour?.remove();
  });

  test('are shown in docker info', async () => {
    const { json } = await daemon.http.get('/info');
    expect(json).toMatchObject({
      Driver: 'vfs',
      ExperimentalBuild: true,
      HttpProxy: 'http://xxxxx:xxxxx@proxy.lab:3128/',
      NoProxy: 'lab',
      GenericResources: [{ DiscreteResourceSpec: { Kind: 'SSD', Value: 3 } }],
    });
    expect(json.SecurityOptions).toContain(`name=seccomp,profile=${join(suite.daemon.root, 'profile.json')}`);
    expect((await daemon.http.get('/_ping')).headers['docker-experimental']).toBe('true');
    expect(daemon.output).toContain('--containerd has no effect: there is no containerd underneath');
  });

  test('hold for containers: seccomp, host-gateway', async () => {
    const { code, stderr } = await daemon.docker.run(['run', '--rm', BUSYBOX, 'mkdir', '/folder']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Operation not permitted')]);
    await docker('run', '--rm', '--security-opt', 'seccomp=builtin', BUSYBOX, 'mkdir', '/folder');
    await docker('run', '--rm', '--privileged', BUSYBOX, 'mkdir', '/folder');
    const hosts = await docker('run', '--rm', '--add-host', 'up:host-gateway', BUSYBOX, 'grep', 'up', '/etc/hosts');
    expect(hosts).toContain('192.0.2.7\tup\n2001:db8::7\tup');
  });

  test('hold for new networks that do not say otherwise', async () => {
    await docker('network', 'create', 'small');
    await docker('network', 'create', '-o', 'com.docker.network.driver.mtu=1300', 'own');
    const mtu = (network: string) => docker('run', '--rm', '--network', network, BUSYBOX, 'cat', '/sys/class/net/eth0/mtu');
    expect([await mtu('small'), await mtu('own'), await mtu('bridge')]).toEqual(['1234', '1300', '1500']);
  });

  test('lead to published ports without the daemon, and to containers directly', async () => {
    const port = await freePort();
    const flags = ['--security-opt', 'seccomp=builtin', '-p', `${port}:8080`];
    const id = await docker('run', '-d', ...flags, BUSYBOX, 'sh', '-c', SERVE);
    await expect.poll(() => page(`http://127.0.0.1:${port}`).catch(String), PATIENCE).toBe('served\n');
    await expect(page(`http://[::1]:${port}`)).rejects.toThrow('fetch failed');
    const { IPAddress: address } = (await daemon.docker.inspect(id)).NetworkSettings.Networks.bridge;
    expect((await neighbour.run('busybox', 'wget', '-qO-', `http://${address}:8080`)).stdout).toBe('served\n');
    expect((await neighbour.run('busybox', 'timeout', '2', 'busybox', 'nc', address, '8081')).code).not.toBe(0);
    await docker('rm', '-f', id);
    const { stdout: rules } = await run('nft', ['list', 'chain', 'inet', namesOf(daemon.dataRoot).table, 'forward']);
    expect(rules).toMatch(/policy accept;\n\s+meta nfproto ipv6 accept\n\s+meta mark & 0x0*3 == 0x0*1 accept\n/);
  });

  test('refuse a storage driver whose layers are not in the data root', async () => {
    const { code, stderr } = await daemon.launch('--storage-driver=overlay2', '--pidfile=/dev/null').ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('specified both as a flag and in the configuration file')]);
    await suite.daemon.stop();
    const other = await suite.daemon.launch('--storage-driver=vfs').ended;
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('holds layers of the storage driver overlay2')]);
    await suite.daemon.start();
  });
});

test('without a packet filter, ports are passed on by the daemon alone', { timeout: 120_000 }, async () => {
  const daemon = await daemonWith('bare', { iptables: false, 'ip-forward': false });
  try {
    const { table } = namesOf(daemon.dataRoot);
    expect((await run('nft', ['list', 'table', 'inet', table])).code).not.toBe(0);
    const port = await freePort();
    await daemon.docker.ok('run', '-d', '-p', `${port}:8080`, BUSYBOX, 'sh', '-c', SERVE);
    await expect.poll(() => page(`http://127.0.0.1:${port}`).catch(String), PATIENCE).toBe('served\n');
  } finally {
    await daemon.remove();
  }
});
