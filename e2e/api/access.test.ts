import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { DockerCli } from '../fixtures/docker.ts';
import { signIn, type SignedIn } from '../fixtures/live-page.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const address = `127.0.0.1:${await freePort()}`;
const suite = useDaemon({ flags: [`--host=tcp://${address}`] });
let admin: SignedIn;
let token: string;

beforeAll(async () => {
  admin = await signIn(suite.daemon);
  const made = await ask(
    'POST',
    '/dashboard/tokens',
    { ...page(), 'content-type': 'application/json' },
    JSON.stringify({ name: 'laptop' }),
  );
  token = ((await made.json()) as { token: string }).token;
});

const page = () => ({ cookie: admin.cookie, 'x-slipway-token': admin.token });
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(`${suite.daemon.dashboard}${path}`, { method, headers, body: body ?? null });

/** The docker CLI on the TCP address, with these headers in its configuration. */
function remote(headers: Record<string, string>): DockerCli {
  const folder = join(suite.daemon.root, 'cli');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ HttpHeaders: headers }));
  return new DockerCli(`tcp://${address}`, folder);
}

/** Sends a request as it stands, since fetch does not let one lie about Host and Origin. @returns the status */
function raw(port: number, lines: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
    socket.on('error', reject);
  });
}

describe('the Engine API on TCP', () => {
  test('is closed to clients without a token', async () => {
    expect((await remote({}).run(['ps'])).stderr).toContain('a client certificate or an API token is needed');
    expect((await remote({ Authorization: 'Bearer slipway_wrong' }).run(['ps'])).stderr).toContain('the API token is not valid');
  });

  test('serves the docker CLI with an API token, streams included', async () => {
    const docker = remote({ Authorization: `Bearer ${token}` });
    expect(await docker.ok('run', '--rm', BUSYBOX, 'echo', 'hello')).toBe('hello');
    expect(await docker.feed('typed', 'run', '--rm', '-i', BUSYBOX, 'cat')).toBe('typed');
  });

  test('takes nothing that a web page sends, not even with a token', async () => {
    const port = Number(address.split(':')[1]);
    const lines = ['GET /containers/json HTTP/1.1', `Host: ${address}`, `Authorization: Bearer ${token}`];
    expect(await raw(port, lines)).toBe(200);
    expect(await raw(port, [...lines, 'Origin: https://evil.example'])).toBe(403);
    expect(await raw(port, [...lines, 'Sec-Fetch-Site: cross-site'])).toBe(403);
  });

  test('is not there at all by default, and the dashboard does not answer containers without a session', async () => {
    const gateway = await suite.docker.ok('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}');
    const ports = [new URL(suite.daemon.dashboard).port, address.split(':')[1]];
    for (const port of ports) {
      const answer = await suite.docker.run(['run', '--rm', BUSYBOX, 'wget', '-T', '3', '-qO-', `http://${gateway}:${port}/v1.56/info`]);
      expect(answer.code).not.toBe(0);
      expect(answer.stdout).toBe('');
    }
  });
});

describe('the dashboard', () => {
  test('serves the Engine API to the page alone', async () => {
    expect((await ask('GET', '/v1.56/info')).status).toBe(401);
    expect((await ask('GET', '/v1.56/info', { cookie: admin.cookie })).status).toBe(200);
    expect((await ask('POST', '/v1.56/volumes/prune', { cookie: admin.cookie })).status).toBe(403);
    expect((await ask('POST', '/v1.56/volumes/prune', page())).status).toBe(200);
  });

  test.each([
    '/v1.56/containers/json',
    '/dashboard/session',
    '/dashboard/tokens',
    '/v1.24/info',
    '/v1.56/../v1.56/info',
    '/%76%31.56/info',
  ])('gives nobody %s', async (path) => {
    const port = Number(new URL(suite.daemon.dashboard).port);
    const status = await raw(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`]);
    const text = await (await ask('GET', path)).text();
    expect([401, 200]).toContain(status);
    expect(text).not.toMatch(/"(?:Id|ID|user|id)":/);
  });

  test.each([
    ['another host name', ['Host: evil.example']],
    ['another origin', ['Host: HOST', 'Origin: https://evil.example']],
    ['another site', ['Host: HOST', 'Sec-Fetch-Site: same-site']],
  ])('answers nothing to %s', async (_, lines) => {
    const { port, host } = new URL(suite.daemon.dashboard);
    const request = ['GET /v1.56/info HTTP/1.1', ...lines.map((line) => line.replace('HOST', host)), `Cookie: ${admin.cookie}`];
    expect(await raw(Number(port), request)).toBe(403);
  });

  test('does not let a WebSocket of another page into a container', async () => {
    const { port, host } = new URL(suite.daemon.dashboard);
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    for (const path of ['/v1.56/containers/x/attach/ws', '/live/?EIO=4&transport=websocket']) {
      const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Origin: https://evil.example', `Cookie: ${admin.cookie}`, ...upgrade];
      expect(await raw(Number(port), lines)).not.toBe(101);
    }
  });
});
