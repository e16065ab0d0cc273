import 'reflect-metadata';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConsoleLogger, Global, Module } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Access } from '../../auth/access.js';
import { AuthModule } from '../../auth/auth.module.js';
import { RequestPolicy } from '../../auth/request-policy.js';
import { DAEMON_CONFIG } from '../../base/config.js';
import { Database } from '../../state/database.js';
import type { Ownership } from '../../engine/access/index.js';
import { DocumentAuthority } from '../access/authority.js';
import { gateOf } from '../http/gate.js';
import { buildServer, type HttpServer } from '../http/server.js';
import type { Deployments } from '../live/deployments.js';
import type { TerminalSessions } from '../live/terminals/sessions.js';
import { DashboardModule } from './dashboard.module.js';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

const ADA = { name: 'ada', password: 'correct horse battery' };

describe('the dashboard’s own API', () => {
  let http: HttpServer;
  let port: number;
  let setupToken: string;

  beforeEach(async () => {
    @Global()
    @Module({
      providers: [
        { provide: Database, useValue: new Database(':memory:') },
        { provide: DAEMON_CONFIG, useValue: {} },
      ],
      exports: [Database, DAEMON_CONFIG],
    })
    class Rooms {}
    @Module({ imports: [Rooms, AuthModule, DashboardModule] })
    class Daemon {}
    http = await buildServer(
      { module: Daemon },
      {
        banner: 'Slipway/test',
        page: undefined,
        checkResponses: true,
        logger: new ConsoleLogger({ logLevels: ['fatal'] }),
        dashboardTls: undefined,
      },
    );
    http.guard(gateOf(http.app.get(RequestPolicy), new DocumentAuthority({} as Ownership, {} as Deployments, {} as TerminalSessions)));
    await http.app.listen(0, '127.0.0.1');
    port = (http.app.getHttpServer().address() as AddressInfo).port;
    setupToken = http.app.get(Access).setupLink('')?.split('#token=')[1] ?? '';
  });
  afterEach(() => http.app.close());

  function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const outgoing = request({ host: '127.0.0.1', port, method, path, headers: { ...json, ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text || '{}') as Answer['body'] }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const setUp = () => send('POST', '/dashboard/setup', { ...ADA, token: setupToken });

  test('makes the first admin, once', async () => {
    expect((await send('GET', '/dashboard/setup')).body).toEqual({ needed: true });
    const answer = await setUp();
    expect(answer).toMatchObject({ status: 201, body: { user: { name: 'ada', role: 'admin' }, version: expect.any(String) } });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^slipway_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/),
    ]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await send('GET', '/dashboard/setup')).body).toEqual({ needed: false });
    expect((await setUp()).status).toBe(409);
  });

  test('refuses a wrong token, and guessing', async () => {
    for (let i = 0; i < 5; i++) expect((await send('POST', '/dashboard/setup', { ...ADA, token: 'x' })).status).toBe(403);
    const slowed = await setUp();
    expect(slowed.status).toBe(429);
    expect(slowed.headers['retry-after']).toBe('1');
    expect(slowed.body['message']).toContain('try again in 1 second');
  });

  test.each([
    [{ name: 'ada', password: 'correct horse battery' }, 'token'],
    [{ token: 'x', name: 'a b', password: 'correct horse battery' }, 'name'],
    [{ token: 'x', name: 'ada', password: 'short' }, 'password'],
    [{ token: 'x', name: 'ada', password: 5 }, 'password'],
    [{ token: 'x', ...ADA, more: 1 }, 'additional'],
  ])('names the field that is wrong in %o', async (body, field) => {
    expect(await send('POST', '/dashboard/setup', body)).toMatchObject({ status: 400, body: { message: expect.stringContaining(field) } });
  });

  test('signs in and out', async () => {
    await setUp();
    expect((await send('GET', '/dashboard/session')).status).toBe(401);
    expect((await send('POST', '/dashboard/login', { ...ADA, password: 'wrong' })).status).toBe(401);
    const login = await send('POST', '/dashboard/login', ADA);
    const cookie = cookieOf(login);
    const session = await send('GET', '/dashboard/session', undefined, { cookie });
    expect(session).toMatchObject({ status: 200, body: login.body });
    const token = session.body['token'] as string;
    expect((await send('POST', '/dashboard/logout', undefined, { cookie })).status).toBe(403);
    const logout = await send('POST', '/dashboard/logout', undefined, { cookie, 'x-slipway-token': token });
    expect(logout.status).toBe(204);
    expect(logout.headers['set-cookie']?.[0]).toContain('slipway_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0');
    expect((await send('GET', '/dashboard/session', undefined, { cookie })).status).toBe(401);
  });

  test('takes nothing from other sites', async () => {
    const cookie = cookieOf(await setUp());
    expect((await send('POST', '/dashboard/login', ADA, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send('GET', '/dashboard/session', undefined, { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await send('GET', '/dashboard/session', undefined, { cookie, host: 'evil.example' })).status).toBe(403);
    expect((await send('GET', '/dashboard/session', undefined, { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send('POST', '/dashboard/login', undefined, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  test('guards the Engine API with the same session', async () => {
    const answer = await setUp();
    expect((await send('GET', '/v1.56/containers/json')).status).toBe(401);
    expect((await send('GET', '/v1.56/containers/json', undefined, { cookie: cookieOf(answer) })).status).toBe(501);
    expect((await send('POST', '/v1.56/containers/x/stop', undefined, { cookie: cookieOf(answer) })).status).toBe(403);
  });

  test('makes, lists and removes API tokens, which work until then', async () => {
    const answer = await setUp();
    const page = { cookie: cookieOf(answer), 'x-slipway-token': answer.body['token'] as string };
    const made = await send('POST', '/dashboard/tokens', { name: 'laptop' }, page);
    expect(made).toMatchObject({ status: 201, body: { name: 'laptop', token: expect.stringMatching(/^slipway_/) } });
    const { token, ...record } = made.body;
    const program = { authorization: `Bearer ${token as string}` };
    expect((await send('GET', '/dashboard/tokens', undefined, page)).body).toEqual([record]);
    expect((await send('GET', '/dashboard/tokens', undefined, program)).status).toBe(403);
    expect((await send('GET', '/v1.56/containers/json', undefined, program)).status).toBe(501);
    expect((await send('DELETE', `/dashboard/tokens/${record['id'] as string}`, undefined, page)).status).toBe(204);
    expect((await send('GET', '/v1.56/containers/json', undefined, program)).status).toBe(401);
    expect((await send('DELETE', `/dashboard/tokens/${record['id'] as string}`, undefined, page)).status).toBe(404);
  });
});
