import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

/** A collector of logs that come over TCP; it can go away and come back on the same port. */
class Collector {
  text = '';
  #server: Server | undefined;
  #port = 0;

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<this> {
    this.#server = createServer((socket) => socket.setEncoding('utf8').on('data', (text: string) => (this.text += text)));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  close(): void {
    this.#server?.close();
  }
}

const collector = new Collector();
afterAll(() => collector.close());
const syslog = () => ['--log-driver=syslog', `--log-opt=syslog-address=${collector.address}`, '--log-opt=tag={{.Name}}'];

describe('log drivers', () => {
  test('local keeps lines for docker logs', async () => {
    const name = unique('local');
    await suite.docker.ok('run', '--name', name, '--log-driver=local', '--log-opt=max-size=1m', BUSYBOX, 'sh', '-c', 'echo one; echo two');
    expect(await suite.docker.ok('logs', name)).toBe('one\ntwo');
    expect((await suite.docker.inspect(name)).HostConfig.LogConfig).toEqual({ Type: 'local', Config: { 'max-size': '1m' } });
  });

  test.each(['json-file', 'local'])('%s compresses what it rotates, and docker logs shows all of it', async (driver) => {
    const name = unique(`packed-${driver}`);
    const options = [`--log-driver=${driver}`, '--log-opt=max-size=100k', '--log-opt=max-file=9', '--log-opt=compress=true'];
    const script = 'i=0; while [ $i -lt 3000 ]; do echo "a line that is long enough to fill a file some time $i"; i=$((i+1)); done; read x';
    await suite.docker.ok('run', '-di', '--name', name, ...options, BUSYBOX, 'sh', '-c', script);
    const follower = suite.docker.start('logs', '-f', name);
    await follower.printed(/some time 2999$/m);
    const { Id } = await suite.docker.inspect(name);
    const log = `${Id}-json.log`;
    const files = () => readdirSync(join(suite.daemon.dataRoot, 'containers', Id)).filter((file) => file.startsWith(log));
    await expect.poll(files, { timeout: 20_000 }).toContain(`${log}.1.gz`);
    expect(files().length).toBeGreaterThan(3);
    expect(files().filter((file) => !file.endsWith('.gz'))).toEqual([log]);
    const numbers = (text: string) => text.split('\n').map((line) => Number(line.split(' ').pop()));
    const all = Array.from({ length: 3000 }, (_, index) => index);
    expect(numbers(await suite.docker.ok('logs', name))).toEqual(all);
    expect(numbers(await suite.docker.ok('logs', '-n', '2500', name))).toEqual(all.slice(500));
    await suite.docker.ok('rm', '-f', name);
    await follower.ended;
    expect(numbers(follower.stdout.trim())).toEqual(all);
  });

  test('json-file compresses nothing where nothing is rotated', async () => {
    const { code, stderr } = await suite.docker.run(['create', '--log-opt=compress=true', BUSYBOX]);
    expect(stderr).toContain('compress cannot be true when max-file is less than 2 or max-size is not set');
    expect(code).toBe(1);
  });

  test('syslog gets the lines, and docker logs shows them too', async () => {
    await collector.open();
    const name = unique('syslog');
    await suite.docker.ok('run', '--name', name, ...syslog(), BUSYBOX, 'sh', '-c', 'echo one; echo two >&2');
    await expect.poll(() => collector.text, { timeout: 20_000 }).toMatch(new RegExp(`${name}\\[\\d+\\]: one\n`));
    await expect.poll(() => collector.text, { timeout: 20_000 }).toMatch(new RegExp(`${name}\\[\\d+\\]: two\n`));
    expect((await suite.docker.run(['logs', name])).stdout).toBe('one\n');
    expect((await suite.docker.run(['logs', name])).stderr).toBe('two\n');
  });

  test('a container does not start when nobody takes its log', async () => {
    const nobody = ['--log-driver=syslog', '--log-opt=syslog-address=tcp://127.0.0.1:1'];
    const { code, stderr } = await suite.docker.run(['run', '--rm', ...nobody, BUSYBOX, 'true']);
    expect(stderr).toContain('failed to initialize logging driver');
    expect(code).toBe(125);
  });

  test('no line is lost while the daemon is away', { timeout: 120_000 }, async () => {
    const name = unique('survivor');
    const script = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.1; done';
    await suite.docker.ok('run', '-d', '--name', name, ...syslog(), BUSYBOX, 'sh', '-c', script);
    await expect.poll(() => collector.text, { timeout: 20_000 }).toContain(': line 100\n');
    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    expect(await suite.docker.ok('wait', name)).toBe('0');
    const arrived = () =>
      [...collector.text.matchAll(new RegExp(`${name}\\[\\d+\\]: line (\\d+)\n`, 'g'))].map(([, number]) => Number(number));
    await expect.poll(() => arrived().at(-1), { timeout: 30_000 }).toBe(2999);
    // A few that were under way may come twice, none may be missing.
    expect(arrived().length).toBeGreaterThanOrEqual(3000);
    expect(new Set(arrived()).size).toBe(3000);
    expect((await suite.docker.ok('logs', name)).split('\n')).toHaveLength(3000);
  });
});
