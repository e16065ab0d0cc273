import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, type SignedIn } from '../fixtures/live-page.ts';
import { apiToken, askAs, invite, join as choosePassword, must, PASSWORD } from '../fixtures/people.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const port = await freePort();
const suite = useDaemon({ flags: ['--debug', `--host=tcp://127.0.0.1:${port}`] });
let admin: SignedIn;

beforeAll(async () => {
  admin = await signIn(suite.daemon);
});

const fromPage = (origin: string, body: object) =>
  fetch(`${suite.daemon.dashboard}/dashboard/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  });

describe('what browsers are given', () => {
  test('is a page that runs no script but its own files', async () => {
    const response = await fetch(`${suite.daemon.dashboard}/containers`);
    const policy = response.headers.get('content-security-policy') ?? '';
    const directives = new Map(policy.split(';').map((part) => part.trim().split(/ (.*)/s) as [string, string]));
    expect(directives.get('script-src') ?? directives.get('default-src')).toBe("'self'");
    expect(directives.get('frame-ancestors')).toBe("'none'");
    expect(directives.get('base-uri')).toBe("'none'");
    expect(directives.get('object-src')).toBe("'none'");
    const text = await response.text();
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(text).not.toMatch(/\son\w+=/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('is a cookie that no script reads and no other site sends, and no plain connection where the page came over TLS', async () => {
    await invite(suite.daemon, admin, 'guest', { role: 'viewer' });
    const host = new URL(suite.daemon.dashboard).host;
    const cookie = async (origin: string) =>
      (await fromPage(origin, { name: 'guest', password: PASSWORD })).headers.getSetCookie()[0] ?? '';
    const plain = await cookie(`http://${host}`);
    expect(plain).toMatch(/^slipway_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    // Behind a proxy that does the TLS, the browser says so by the Origin.
    expect(await cookie(`https://${host}`)).toMatch(/; Secure$/);
  });

  test('is nothing of a session that was fixed beforehand', async () => {
    const fixed = 'A'.repeat(43);
    const response = await fetch(`${suite.daemon.dashboard}/dashboard/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `slipway_session=${fixed}` },
      body: JSON.stringify({ name: 'guest', password: PASSWORD }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()[0]).not.toContain(fixed);
    expect((await fetch(`${suite.daemon.dashboard}/dashboard/session`, { headers: { cookie: `slipway_session=${fixed}` } })).status).toBe(
      401,
    );
  });
});

describe('the Engine API on TCP', () => {
  test('says in words what is missing, and what to do', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1.56/containers/json`);
    expect(response.status).toBe(401);
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain('make a token on the account page of the dashboard');
    expect(message).toContain('HttpHeaders');
  });

  test('lets nobody in by a session, a token in the address, or a token that has ended', async () => {
    const { daemon } = suite;
    const token = await apiToken(daemon, admin, { name: 'short', expires: new Date(Date.now() + 2000).toISOString() });
    const ask = (path: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${port}/v1.56${path}`, { headers });
    expect((await ask('/info', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await ask('/info', { cookie: admin.cookie })).status).toBe(401);
    expect((await ask(`/info?token=${token}&access_token=${token}`)).status).toBe(401);
    await expect.poll(async () => (await ask('/info', { authorization: `Bearer ${token}` })).status, { timeout: 20_000 }).toBe(401);
  });

  test('goes on while others open connections and say next to nothing', async () => {
    const slow = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
    try {
      for (const socket of slow) {
        socket.on('error', () => undefined);
        socket.write('GET /v1.56/info HTTP/1.1\r\nHost: box\r\nX-A: ');
      }
      const drip = setInterval(() => slow.forEach((socket) => socket.write('a')), 100);
      const token = await apiToken(suite.daemon, admin, { name: 'patient' });
      for (let at = 0; at < 10; at++) {
        const response = await fetch(`http://127.0.0.1:${port}/v1.56/info`, { headers: { authorization: `Bearer ${token}` } });
        expect(response.status).toBe(200);
      }
      clearInterval(drip);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });
});

test('no password, token, link or code is in what the daemon tells: its output, events, lists', async () => {
  const { daemon } = suite;
  const { token: link } = await must<{ token: string }>(daemon, admin, 'POST', '/dashboard/users', {
    name: 'new',
    role: 'viewer',
    projects: {},
  });
  const since = Math.floor(Date.now() / 1000) - 600;
  const secret = 'the password of somebody new';
  const session = await choosePassword(daemon, link, secret);
  const token = await apiToken(daemon, session, { name: 'script' });
  const totp = await must<{ secret: string }>(daemon, session, 'POST', '/dashboard/account/totp');
  await askAs(daemon, undefined, 'POST', '/dashboard/login', { name: 'new', password: 'a wrong password typed' });
  await fetch(`${daemon.dashboard}/v1.56/containers/nowhere/start`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  await suite.docker.ok('run', '--rm', BUSYBOX, 'true');
  const until = Math.ceil(Date.now() / 1000);
  const told = [
    daemon.output.replace(daemon.setupLink, ''),
    await (await askAs(daemon, admin, 'GET', `/v1.56/events?since=${since}&until=${until}`)).text(),
    await (await askAs(daemon, admin, 'GET', '/dashboard/users')).text(),
    await (await askAs(daemon, admin, 'GET', '/dashboard/audit?limit=500')).text(),
    await (await askAs(daemon, session, 'GET', '/dashboard/tokens')).text(),
    await (await askAs(daemon, session, 'GET', '/dashboard/account/factors')).text(),
    await (await askAs(daemon, session, 'GET', '/dashboard/account/sessions')).text(),
    await (await askAs(daemon, admin, 'GET', '/v1.56/info')).text(),
  ].join('\n');
  expect(told).toContain('DashboardJoin');
  const setupToken = daemon.setupLink.split('#token=')[1]!;
  const cookie = session.cookie.split('=')[1]!;
  for (const hidden of [link, secret, token, totp.secret, 'a wrong password typed', cookie, session.token, setupToken, PASSWORD])
    expect(told).not.toContain(hidden);
});
