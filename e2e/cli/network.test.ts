import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { unique } from '../fixtures/names.ts';
import { addNeighbour, type Neighbour } from '../fixtures/neighbour.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let neighbour: Neighbour;

beforeAll(async () => {
  neighbour = await addNeighbour();
});
afterAll(() => neighbour?.remove());

/** Starts a container whose web server answers with `page`; resolves to its name. */
async function webServer(page: string, ...flags: string[]): Promise<string> {
  const name = unique('web');
  const script = `mkdir /www; echo ${page} > /www/index.html; exec httpd -f -p 8080 -h /www`;
  await suite.docker.ok('run', '-d', '--name', name, ...flags, BUSYBOX, 'sh', '-c', script);
  return name;
}

const page = async (url: string) => (await fetch(url)).text();
/** Fetches a page from a new container on the default bridge. The shell is process 1, which a timeout's signal would not end. */
const fetchFrom = (url: string) => suite.docker.run(['run', '--rm', BUSYBOX, 'sh', '-c', `timeout 3 wget -qO- ${url}; exit $?`]);
const addressOf = async (name: string) => (await suite.docker.inspect(name)).NetworkSettings.Networks.bridge.IPAddress as string;

describe('the default bridge', () => {
  test('gives every container an address of its own, and they reach each other', async () => {
    const [one, two] = [await webServer('one'), await webServer('two')];
    const [first, second] = [await addressOf(one), await addressOf(two)];
    expect(first).not.toBe(second);
    expect(await suite.docker.ok('exec', one, 'wget', '-qO-', `http://${second}:8080`)).toBe('two');
    expect(
      await suite.docker.ok('exec', one, 'sh', '-c', 'ip -o -4 addr show eth0 | tr -s " " | cut -d" " -f4 | cut -d/ -f1; hostname -i'),
    ).toBe(`${first}\n${first}`);
    await suite.docker.ok('rm', '-f', one, two);
  });

  test('leads out through the address of this machine', async () => {
    const server = neighbour.start('busybox', 'httpd', '-f', '-vv', '-p', '9000', '-h', '/sys');
    const ask = () => fetchFrom(`http://${neighbour.there}:9000/none`);
    await expect.poll(async () => (await ask()).stderr, { timeout: 20_000 }).toContain('404');
    const { stderr } = await server.kill();
    expect(stderr).toMatch(new RegExp(`\\b${neighbour.here.replaceAll('.', '[.]')}\\b`));
  });
});

test('a published port of UDP answers on every address of the host, or on the one it has, and is taken', async () => {
  const { docker } = suite;
  const [wide, narrow] = [await freePort(), await freePort()];
  const name = unique('datagrams');
  const publish = ['-p', `${wide}:9000/udp`, '-p', `127.0.0.1:${narrow}:9000/udp`];
  const echo =
    'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 9000))\nwhile True: s.sendto(*s.recvfrom(9))';
  await docker.ok('run', '-d', '--name', name, ...publish, '-v', '/:/host:ro', BUSYBOX, 'chroot', '/host', 'python3', '-c', echo);
  for (const [host, port, answered] of [
    ['127.0.0.1', wide, true],
    [neighbour.here, wide, true],
    ['127.0.0.1', narrow, true],
    [neighbour.here, narrow, false],
  ] as const) {
    const socket = createSocket('udp4');
    const echoed = once(socket, 'message', { signal: AbortSignal.timeout(answered ? 20_000 : 500) }).then(
      ([message]) => String(message),
      () => 'nothing',
    );
    // The first one may come before the container listens.
    const again = setInterval(() => socket.send('hello', port, host), 100);
    expect([host, port, await echoed]).toEqual([host, port, answered ? 'hello' : 'nothing']);
    clearInterval(again);
    socket.close();
  }
  const taken = await docker.run(['run', '--rm', '-p', `${wide}:9000/udp`, BUSYBOX, 'true']);
  expect(taken.stderr).toContain(`Bind for 0.0.0.0:${wide} failed: port is already allocated (by container ${name})`);
  await docker.ok('rm', '-f', name);
});

describe('links', () => {
  test('tell a container of another one, by variables and in its hosts file', async () => {
    const name = await webServer('linked', '--expose', '8080', '-e', 'MODE=fast');
    const script = 'echo $STORE_PORT $STORE_ENV_MODE $STORE_NAME; wget -qO- http://store:8080';
    const own = unique('linking');
    const said = await suite.docker.ok('run', '--rm', '--name', own, '--link', `${name}:store`, BUSYBOX, 'sh', '-c', script);
    expect(said).toBe(`tcp://${await addressOf(name)}:8080 fast /${own}/store\nlinked`);
    const absent = await suite.docker.run(['run', '--rm', '--link', 'nobody', BUSYBOX, 'true']);
    expect(absent.stderr).toContain('could not get container for nobody');
    await suite.docker.ok('create', '--name', own, '--link', `${name}:store`, BUSYBOX, 'true');
    await suite.docker.ok('stop', '-t', '0', name);
    expect((await suite.docker.run(['start', own])).stderr).toContain('Cannot link to a non running container');
    await suite.docker.ok('rm', '-f', name, own);
  });

  test(
    'open the ports that are exposed where containers are kept apart, and follow a container that starts again',
    { timeout: 120_000 },
    async () => {
      const apart = await startDaemon({ flags: ['--icc=false'] });
      try {
        const { docker } = apart;
        await apart.load(await busyboxArchive());
        const addressOf = async (name: string) => (await docker.inspect(name)).NetworkSettings.Networks.bridge.IPAddress as string;
        const serve = 'httpd -p 8080 -h /etc; httpd -f -p 9090 -h /etc';
        await docker.ok('run', '-d', '--name', 'store', '--expose', '8080', BUSYBOX, 'sh', '-c', serve);
        await docker.ok('run', '-d', '--name', 'linked', '--link', 'store:db', BUSYBOX, 'sleep', 'infinity');
        await docker.ok('run', '-d', '--name', 'stranger', BUSYBOX, 'sleep', 'infinity');
        const asks = async (name: string, host: string, port: number) =>
          (await docker.run(['exec', name, 'timeout', '2', 'wget', '-qO-', `http://${host}:${port}/hostname`])).code === 0;
        await expect.poll(() => asks('linked', 'db', 8080)).toBe(true);
        expect(await asks('linked', 'db', 9090)).toBe(false);
        expect(await asks('stranger', await addressOf('store'), 8080)).toBe(false);
        expect((await docker.run(['exec', 'store', 'ping', '-c1', '-W1', await addressOf('linked')])).code).not.toBe(0);
        await apart.stop('SIGKILL');
        await apart.start();
        expect(await asks('linked', 'db', 8080)).toBe(true);
        const before = await addressOf('store');
        await docker.ok('stop', '-t', '0', 'store');
        await docker.ok('run', '-d', '--name', 'heir', BUSYBOX, 'sleep', 'infinity');
        expect(await addressOf('heir')).toBe(before);
        await docker.ok('start', 'store');
        await expect.poll(() => asks('linked', 'db', 8080)).toBe(true);
        await docker.ok('rm', '--link', '/linked/db');
        expect(await asks('linked', await addressOf('store'), 8080)).toBe(false);
        await docker.ok('rm', '-f', 'store', 'linked', 'stranger', 'heir');
      } finally {
        await apart.remove();
      }
    },
  );

  test('are taken away by their names', async () => {
    const { docker } = suite;
    const target = await webServer('moored', '--expose', '8080');
    const own = unique('mooring');
    await docker.ok('run', '-d', '--name', own, '--link', `${target}:store`, '--link', `${target}:spare`, BUSYBOX, 'sleep', 'infinity');
    const hosts = () => docker.ok('exec', own, 'cat', '/etc/hosts');
    expect(await hosts()).toMatch(/\tstore .*\n.*\tspare /);
    await docker.ok('rm', '--link', `/${own}/store`);
    expect(await hosts()).not.toContain('store');
    expect(await hosts()).toContain('spare');
    expect((await docker.inspect(own)).HostConfig.Links).toEqual([`${target}:spare`]);
    expect((await docker.run(['rm', '--link', `${own}/store`])).stderr).toContain(`No such link: /${own}/store`);
    expect((await docker.run(['rm', '--link', own])).stderr).toContain('Conflict, cannot remove the default link name of the container');
    await docker.ok('rm', '-f', own, target);
  });
});

describe('a macvlan network', () => {
  test('puts a container on the wire beside this machine, and one that runs is connected to it and disconnected', async () => {
    const network = unique('wire');
    const subnet = neighbour.here.replace(/\.1$/, '.0/24');
    const flags = ['-d', 'macvlan', '--subnet', subnet, '--gateway', neighbour.there, '-o', `parent=${neighbour.link}`];
    await suite.docker.ok('network', 'create', ...flags, network);
    const address = neighbour.here.replace(/\.1$/, '.77');
    const name = await webServer('wired', '--network', network, '--ip', address);
    const ask = () => neighbour.run('busybox', 'wget', '-qO-', `http://${address}:8080`);
    await expect.poll(async () => (await ask()).stdout, { timeout: 20_000 }).toBe('wired\n');
    const late = await webServer('late');
    await suite.docker.ok('network', 'connect', network, late);
    expect(await suite.docker.ok('exec', late, 'wget', '-qO-', `http://${address}:8080`)).toBe('wired');
    await suite.docker.ok('network', 'disconnect', network, late);
    expect(await suite.docker.ok('exec', late, 'ls', '/sys/class/net')).toBe('eth0\nlo');
    await suite.docker.ok('rm', '-f', name, late);
    await suite.docker.ok('network', 'rm', network);
  });
});

describe('published ports', () => {
  test('answer on the loopback, on an outside address, and to a neighbour', async () => {
    const port = await freePort();
    const name = await webServer('published', '-p', `${port}:8080`);
    await expect.poll(() => page(`http://127.0.0.1:${port}`).catch(String)).toBe('published\n');
    expect(await page(`http://${neighbour.here}:${port}`)).toBe('published\n');
    expect((await neighbour.run('busybox', 'wget', '-qO-', `http://${neighbour.here}:${port}`)).stdout).toBe('published\n');
    expect(await suite.docker.ok('port', name)).toContain(`8080/tcp -> 0.0.0.0:${port}`);
    await suite.docker.ok('rm', '-f', name);
    await expect(page(`http://127.0.0.1:${port}`)).rejects.toThrow(/ECONNREFUSED|fetch failed|socket/);
  });

  test('bound to one address answer there alone', async () => {
    const port = await freePort();
    const name = await webServer('local', '-p', `127.0.0.1:${port}:8080`);
    await expect.poll(() => page(`http://127.0.0.1:${port}`).catch(String)).toBe('local\n');
    expect((await neighbour.run('busybox', 'timeout', '2', 'busybox', 'wget', '-qO-', `http://${neighbour.here}:${port}`)).code).not.toBe(
      0,
    );
    await suite.docker.ok('rm', '-f', name);
  });

  test('are chosen when none is named', async () => {
    const name = await webServer('chosen', '-p', '8080');
    const [, port] = /0\.0\.0\.0:(\d+)/.exec(await suite.docker.ok('port', name, '8080'))!;
    await expect.poll(() => page(`http://127.0.0.1:${port}`).catch(String)).toBe('chosen\n');
    await suite.docker.ok('rm', '-f', name);
  });

  test('are free for the next container once docker run --rm is done', async () => {
    const port = await freePort();
    for (let round = 0; round < 8; round++) await suite.docker.ok('run', '--rm', '-p', `${port}:8080`, BUSYBOX, 'true');
  });

  test('a port in use is refused by name, and the container can be started when it is free', async () => {
    const port = await freePort();
    const first = await webServer('first', '-p', `${port}:8080`);
    const second = unique('second');
    const { code, stderr } = await suite.docker.run(['run', '-d', '--name', second, '-p', `${port}:8080`, BUSYBOX, 'sleep', '600']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/port is already allocated|address already in use/);
    expect(stderr).toContain(`${port}`);
    await suite.docker.ok('rm', '-f', first);
    await suite.docker.ok('start', second);
    await suite.docker.ok('rm', '-f', second);
  });
});

describe('a network of its own', () => {
  test('resolves names and aliases, and nobody else does', async () => {
    const network = unique('fleet');
    await suite.docker.ok('network', 'create', network);
    const name = await webServer('found', '--network', network, '--network-alias', 'harbour');
    const other = unique('other');
    await suite.docker.ok('run', '-d', '--name', other, '--network', network, BUSYBOX, 'sleep', '600');
    expect(await suite.docker.ok('exec', other, 'cat', '/etc/resolv.conf')).toContain('nameserver 127.0.0.11');
    expect(await suite.docker.ok('exec', other, 'wget', '-qO-', `http://${name}:8080`)).toBe('found');
    expect(await suite.docker.ok('exec', other, 'wget', '-qO-', 'http://harbour:8080')).toBe('found');
    expect((await suite.docker.run(['exec', other, 'nslookup', 'no-such-ship'])).code).not.toBe(0);
    const outsider = await fetchFrom(`http://${name}:8080`);
    expect(outsider.code).not.toBe(0);
    await suite.docker.ok('rm', '-f', name, other);
    await suite.docker.ok('network', 'rm', network);
  });

  test('is kept apart from the default bridge', async () => {
    const network = unique('apart');
    await suite.docker.ok('network', 'create', network);
    const name = await webServer('apart', '--network', network);
    const address = (await suite.docker.inspect(name)).NetworkSettings.Networks[network].IPAddress;
    expect((await fetchFrom(`http://${address}:8080`)).code).not.toBe(0);
    await suite.docker.ok('rm', '-f', name);
    await suite.docker.ok('network', 'rm', network);
  });

  test('takes a subnet, is listed and inspected, and stays while it is used', async () => {
    const network = unique('subnet');
    await suite.docker.ok('network', 'create', '--subnet', '10.111.222.0/24', '--gateway', '10.111.222.254', network);
    const name = await webServer('fixed', '--network', network, '--ip', '10.111.222.77');
    const inspected = JSON.parse(await suite.docker.ok('network', 'inspect', network))[0];
    expect(inspected).toMatchObject({
      Name: network,
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: '10.111.222.0/24', Gateway: '10.111.222.254' }] },
    });
    expect(Object.values(inspected.Containers)).toMatchObject([{ Name: name, IPv4Address: '10.111.222.77/24' }]);
    expect((await suite.docker.run(['network', 'rm', network])).stderr).toMatch(/has active endpoints/);
    await suite.docker.ok('rm', '-f', name);
    await suite.docker.ok('network', 'rm', network);
    expect(await suite.docker.ok('network', 'ls', '-q', '--filter', `name=${network}`)).toBe('');
  });
});

describe('a configuration network', () => {
  test('lends its settings to others, and is nothing else', async () => {
    const [settings, network] = [unique('settings'), unique('made')];
    const create = (...args: string[]) => suite.docker.run(['network', 'create', ...args]);
    const ipam = ['--subnet', '10.111.221.0/24', '--gateway', '10.111.221.9', '--label', 'deck=upper'];
    await suite.docker.ok('network', 'create', '--config-only', ...ipam, '-o', 'com.docker.network.bridge.enable_icc=false', settings);
    expect((await create('--config-from', settings, '--subnet', '10.1.0.0/24', network)).stderr).toContain('user specified configurations');
    expect((await create('--config-from', 'nobody', network)).stderr).toContain('configuration network "nobody" not found');
    await suite.docker.ok('network', 'create', '--config-from', settings, network);
    const [made, lender] = JSON.parse(await suite.docker.ok('network', 'inspect', network, settings));
    expect(lender).toMatchObject({ ConfigOnly: true, Driver: 'null', IPAM: { Config: [{ Subnet: '10.111.221.0/24' }] } });
    expect(made).toMatchObject({
      ConfigFrom: { Network: settings },
      ConfigOnly: false,
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: '10.111.221.0/24', Gateway: '10.111.221.9' }] },
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { deck: 'upper' },
    });
    expect(await suite.docker.ok('run', '--rm', '--network', network, BUSYBOX, 'ip', 'route')).toContain('default via 10.111.221.9');
    expect((await suite.docker.run(['run', '--rm', '--network', settings, BUSYBOX])).stderr).toContain('configuration-only network');
    expect((await suite.docker.run(['network', 'rm', settings])).stderr).toContain(`configuration network "${settings}" is in use`);
    await suite.docker.ok('network', 'prune', '-f', '--filter', 'label=deck=upper');
    expect((await create('--config-only', '--internal', unique('wrong'))).stderr).toContain('Network operator fields');
    await suite.docker.ok('network', 'rm', settings);
    expect(await suite.docker.ok('network', 'ls', '-q', '--filter', `name=${network}`)).toBe('');
  });
});

describe('other modes', () => {
  test('none has a loopback only', async () => {
    expect(await suite.docker.ok('run', '--rm', '--network', 'none', BUSYBOX, 'sh', '-c', 'ls /sys/class/net')).toBe('lo');
  });

  test("host is this machine's network", async () => {
    expect(await suite.docker.ok('run', '--rm', '--network', 'host', BUSYBOX, 'ip', '-o', '-4', 'addr')).toContain(`${neighbour.here}/24`);
  });

  test("container:NAME shares another's", async () => {
    const name = await webServer('shared');
    expect(await suite.docker.ok('run', '--rm', '--network', `container:${name}`, BUSYBOX, 'wget', '-qO-', 'http://127.0.0.1:8080')).toBe(
      'shared',
    );
    await suite.docker.ok('rm', '-f', name);
  });
});
