import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../server/src/api/generated/dashboard/types.gen.ts';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { apiToken, askAs, invite, must, PASSWORD } from '../fixtures/people.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let admin: SignedIn;
let watcher: SignedIn;

beforeAll(async () => {
  admin = await signIn(suite.daemon);
  watcher = await invite(suite.daemon, admin, 'watcher', { role: 'viewer' });
  await suite.docker.ok('run', '-d', '--name', 'box', BUSYBOX, 'sleep', '600');
});

const audit = (query = '') => must<AuditEntry[]>(suite.daemon, admin, 'GET', `/dashboard/audit?limit=500${query}`);

test('says who did what from where, and how it ended', async () => {
  const { Id } = await suite.docker.inspect('box');
  expect(await audit('&object=box&operation=ContainerStart')).toMatchObject([
    {
      user: 'root',
      by: 'socket',
      address: '',
      operation: 'ContainerStart',
      kind: 'container',
      object: Id,
      name: 'box',
      outcome: 'done',
      status: 204,
    },
  ]);
  await askAs(suite.daemon, watcher, 'POST', '/v1.56/containers/box/stop');
  expect(await audit('&user=watcher&operation=ContainerStop')).toMatchObject([
    { by: 'session', address: expect.stringContaining('127.0.0.1'), name: 'box', outcome: 'refused', status: 403 },
  ]);
  const token = await apiToken(suite.daemon, admin, { name: 'script' });
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${suite.daemon.dashboard}/v1.56/containers/nowhere/start`, { method: 'POST', headers });
  expect(await audit('&object=nowhere')).toMatchObject([
    { user: 'harbourmaster', by: 'token', token: 'script', outcome: 'failed', status: 404 },
  ]);
});

test('says also what was asked for by somebody who hung up before the answer', async () => {
  const { hostname, port, host } = new URL(suite.daemon.dashboard);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // The file is never sent to its end: the daemon waits for it when the connection breaks.
  const head = [
    'PUT /dashboard/files/container/box/content?path=/left HTTP/1.1',
    `Host: ${host}`,
    `Cookie: ${admin.cookie}`,
    `X-Slipway-Token: ${admin.token}`,
    'Content-Type: application/octet-stream',
    'Content-Length: 100000',
  ];
  await new Promise((written) => socket.write(`${head.join('\r\n')}\r\n\r\nbegun`, written));
  socket.destroy();
  await expect
    .poll(() => audit('&operation=DashboardFileWrite&object=box'))
    .toMatchObject([{ user: 'harbourmaster', by: 'session', address: expect.stringContaining('127.0.0.1'), outcome: 'failed' }]);
});

test('tokens end in the future, and what is no file is not sent as one', async () => {
  for (const expires of ['fuzz', '2001-01-01T00:00:00Z'])
    expect((await askAs(suite.daemon, admin, 'POST', '/dashboard/tokens', { name: 'late', expires })).status).toBe(400);
  const folder = await askAs(suite.daemon, admin, 'GET', '/dashboard/files/container/box/content?path=/bin');
  expect(folder.status).toBe(400);
  expect((await askAs(suite.daemon, admin, 'GET', '/dashboard/files/container/box/content?path=/none&archive=true')).status).toBe(404);
});

test('knows what was opened as a stream when it is opened, and what was made', async () => {
  await suite.docker.ok('exec', 'box', 'true');
  expect((await audit('&operation=ExecStart')).at(0)).toMatchObject({ kind: 'container', name: 'box', outcome: 'done', status: 101 });
  await suite.docker.ok('volume', 'create', 'made');
  expect(await audit('&operation=VolumeCreate&object=made')).toMatchObject([
    { kind: 'volume', object: 'made', outcome: 'done', status: 201 },
  ]);
  const page = await LivePage.open(suite.daemon, admin);
  const shell = page.open('terminal', { container: 'box', rows: 24, columns: 80 });
  await shell.until((received) => received.length > 0);
  page.close();
  expect(await audit('&operation=Terminal')).toMatchObject([{ user: 'harbourmaster', by: 'session', kind: 'container', name: 'box' }]);
});

test('tells of sign-in that failed, without what was typed', async () => {
  const typed = 'a password typed for a name';
  await askAs(suite.daemon, undefined, 'POST', '/dashboard/login', { name: 'watcher', password: 'wrong one' });
  await askAs(suite.daemon, undefined, 'POST', '/dashboard/login', { name: typed, password: 'wrong one' });
  const [unknown, known] = await audit('&operation=DashboardLogin&outcome=refused');
  expect(known).toMatchObject({ user: 'watcher', by: 'nobody', outcome: 'refused' });
  expect(unknown).toMatchObject({ user: '', by: 'nobody', outcome: 'refused' });
  expect(JSON.stringify(await audit())).not.toContain(typed);
});

test('has no secrets: passwords, tokens, environment, commands', async () => {
  const token = await apiToken(suite.daemon, admin, { name: 'other' });
  await suite.docker.ok('run', '--rm', '-e', 'KEY=secret-of-the-environment', BUSYBOX, 'echo', 'secret-of-the-command');
  await suite.docker.ok('exec', 'box', 'echo', 'secret-of-an-exec');
  const all = JSON.stringify(await audit());
  expect(all).toContain('DashboardTokenCreate');
  for (const secret of [token, PASSWORD, 'secret-of-the-environment', 'secret-of-the-command', 'secret-of-an-exec', watcher.token])
    expect(all).not.toContain(secret);
});

test('leaves out what changes nothing, and is for admins', async () => {
  const before = (await audit())[0];
  await suite.docker.ok('ps');
  await suite.docker.ok('logs', 'box');
  await must(suite.daemon, admin, 'POST', '/dashboard/containers/check', { name: 'x', body: {} });
  expect((await audit())[0]).toEqual(before);
  expect((await askAs(suite.daemon, watcher, 'GET', '/dashboard/audit')).status).toBe(403);
});
