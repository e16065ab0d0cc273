import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { Access, SESSION_COOKIE } from './access.js';
import { ApiTokens } from './api-tokens.js';
import { Attempts } from './attempts.js';
import { RequestPolicy, type Decision, type IncomingRequest } from './request-policy.js';
import { Invitations } from './invitations.js';
import { Passkeys } from './second-factor/passkeys.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { Sessions, type Session } from './sessions.js';
import { SetupToken } from './setup-token.js';
import { Users } from './users.js';

const ADMIN = { name: 'ada', role: 'admin', projects: {} } as const;
let access: Access;
let policy: RequestPolicy;
let session: Session;
let cookie: string;
let apiToken: string;

beforeEach(() => {
  const database = new Database(':memory:');
  const users = new Users(database);
  const sessions = new Sessions(database, users);
  const tokens = new ApiTokens(database, users);
  users.add(ADMIN, 'not used here');
  access = new Access(
    users,
    sessions,
    tokens,
    new SetupToken(),
    new Attempts(),
    new Invitations(database, users),
    new SecondFactors(database, users),
    new Passkeys(database, users),
  );
  policy = new RequestPolicy(access, { dashboardNames: ['Slipway.example'] });
  const opened = sessions.open(ADMIN);
  session = opened.session;
  cookie = `${SESSION_COOKIE}=${opened.token}`;
  apiToken = tokens.create(ADMIN, { name: 'laptop', role: 'admin', projects: undefined, expires: undefined }).token;
});

const statusOf = (decision: Decision) => (decision.allow ? 200 : decision.status);

describe('unix socket', () => {
  it('trusts whoever may open it', () => {
    expect(policy.decide({ listener: 'unix', method: 'POST', headers: {} })).toMatchObject({ allow: true, requester: { by: 'socket' } });
  });
});

describe('Engine API on TCP', () => {
  const ask = (part: Partial<IncomingRequest>) => policy.decide({ listener: 'tcp', method: 'GET', headers: {}, ...part });

  it('refuses nobody in particular', () => expect(statusOf(ask({}))).toBe(401));

  it('takes an API token', () => {
    expect(ask({ headers: { authorization: `Bearer ${apiToken}` } })).toMatchObject({
      allow: true,
      requester: { name: 'ada', by: 'token' },
    });
  });

  it('takes a verified client certificate', () => {
    expect(ask({ peerCertificate: { commonName: 'ci' } })).toMatchObject({ allow: true, requester: { name: 'ci', by: 'certificate' } });
  });

  it('does not take the session of the dashboard', () => expect(statusOf(ask({ headers: { cookie } }))).toBe(401));

  it.each([`Bearer ${'x'.repeat(40)}`, 'Bearer', 'Bearer slipway_', 'Basic YTpi'])('refuses %s', (authorization) => {
    expect(statusOf(ask({ headers: { authorization } }))).toBe(401);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-origin' },
  ])('refuses what a web page sends: %o', (headers) =>
    expect(statusOf(ask({ headers, peerCertificate: { commonName: 'browser' } }))).toBe(403),
  );

  it('takes a WebSocket whose Origin is the daemon itself, as clients write it that are no browsers', () => {
    const open = (headers: Record<string, string>) =>
      statusOf(ask({ headers: { host: 'box:2376', upgrade: 'websocket', ...headers }, peerCertificate: { commonName: 'cli' } }));
    expect(open({ origin: 'https://box:2376' })).toBe(200);
    expect(open({ origin: 'https://evil.example' })).toBe(403);
    expect(open({ origin: 'https://box:2376', upgrade: 'tcp' })).toBe(403);
    expect(open({ origin: 'https://box:2376', 'sec-fetch-site': 'same-origin' })).toBe(403);
  });
});

describe('dashboard', () => {
  const host = '127.0.0.1:2380';
  const ask = (headers: Record<string, string>, part: Partial<IncomingRequest> = {}) =>
    policy.decide({ listener: 'dashboard', method: 'GET', headers: { host, ...headers }, ...part });

  it('needs a session', () => expect(statusOf(ask({}))).toBe(401));

  it('takes a session for reading', () => {
    expect(ask({ cookie })).toMatchObject({ allow: true, requester: { name: 'ada', by: 'session', session: { id: session.id } } });
  });

  it('takes an API token for anything', () => {
    expect(statusOf(ask({ authorization: `Bearer ${apiToken}` }, { method: 'POST' }))).toBe(200);
  });

  it('leaves other kinds of authorization to a proxy in front', () => {
    expect(statusOf(ask({ authorization: 'Basic YTpi', cookie }))).toBe(200);
  });

  it('refuses a bad API token even where none is needed', () => {
    expect(statusOf(ask({ authorization: 'Bearer slipway_wrong' }, { open: true }))).toBe(401);
  });

  it('serves open paths to anybody', () => {
    expect(ask({}, { open: true })).toEqual({ allow: true, requester: undefined });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('needs the request token for %s', (method) => {
    expect(statusOf(ask({ cookie }, { method }))).toBe(403);
    expect(statusOf(ask({ cookie, 'x-slipway-token': 'x'.repeat(43) }, { method }))).toBe(403);
    expect(statusOf(ask({ cookie, 'x-slipway-token': session.requestToken }, { method }))).toBe(200);
  });

  it('refuses a session that has ended', () => {
    access.logout(session);
    expect(statusOf(ask({ cookie }))).toBe(401);
  });

  it('refuses two session cookies: one of them is somebody else’s', () => {
    expect(statusOf(ask({ cookie: `${cookie}; ${SESSION_COOKIE}=x` }))).toBe(401);
  });

  it.each(['127.0.0.1', '10.1.2.3:80', '[::1]:2380', 'localhost:2380', 'LOCALHOST', 'slipway.example', 'slipway.example:8443'])(
    'answers to %s',
    (name) => expect(statusOf(ask({ host: name, cookie }))).toBe(200),
  );

  it.each([
    'evil.example:2380',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '',
    '[::1',
    '2130706433',
    'a b',
    '[evil]',
  ])('does not answer to %j, even on open paths', (name) => expect(statusOf(ask({ host: name, cookie }, { open: true }))).toBe(403));

  it('needs a Host', () => expect(statusOf(policy.decide({ listener: 'dashboard', method: 'GET', headers: { cookie } }))).toBe(403));

  it.each(['https://evil.example', 'http://127.0.0.1:9999', 'null', 'http://127.0.0.1', 'ftp://127.0.0.1:2380'])(
    'refuses the origin %s',
    (origin) => {
      expect(statusOf(ask({ origin, cookie }))).toBe(403);
      expect(statusOf(ask({ origin }, { open: true, method: 'POST' }))).toBe(403);
    },
  );

  it('takes its own origin', () => {
    expect(statusOf(ask({ origin: `http://${host}`, cookie }))).toBe(200);
    expect(statusOf(ask({ origin: `https://${host}`, cookie }))).toBe(200);
    expect(statusOf(ask({ origin: `https://${host}`, cookie }, { secure: true }))).toBe(200);
    expect(statusOf(ask({ origin: `http://${host}`, cookie }, { secure: true }))).toBe(403);
  });

  it.each(['cross-site', 'same-site', 'nonsense'])('refuses requests that are %s', (site) => {
    expect(statusOf(ask({ 'sec-fetch-site': site, cookie }))).toBe(403);
    expect(statusOf(ask({ 'sec-fetch-site': site }, { open: true, method: 'POST' }))).toBe(403);
  });

  it('lets people follow a link to the page from elsewhere', () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' };
    expect(statusOf(ask(link, { open: true }))).toBe(200);
    expect(statusOf(ask({ ...link, cookie }))).toBe(403);
    expect(statusOf(ask({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' }, { open: true }))).toBe(403);
  });
});

describe('live connection', () => {
  const host = '127.0.0.1:2380';
  const ask = (headers: Record<string, string>) =>
    statusOf(policy.decideLive({ headers: { host, origin: `http://${host}`, cookie, ...headers } }));

  it('takes the page with its session', () => expect(ask({})).toBe(200));
  it('refuses another origin', () => expect(ask({ origin: 'https://evil.example' })).toBe(403));
  it('refuses a rebound name', () => expect(ask({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403));
  it('refuses nobody', () => expect(ask({ cookie: '' })).toBe(401));
  it('refuses a connection without origin', () => expect(statusOf(policy.decideLive({ headers: { host, cookie } }))).toBe(403));
});
