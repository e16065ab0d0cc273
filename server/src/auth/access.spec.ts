import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { Access, SESSION_COOKIE } from './access.js';
import { ApiTokens } from './api-tokens.js';
import { Attempts } from './attempts.js';
import { INVITATION_LIFE, Invitations } from './invitations.js';
import { Passkeys } from './second-factor/passkeys.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { Sessions } from './sessions.js';
import { CodeNeeded } from './second-factor/code-needed.js';
import { stepOf, totpCode } from './second-factor/totp.js';
import { SetupToken } from './setup-token.js';
import { Users } from './users.js';

const ORIGIN = 'http://127.0.0.1:2380';
const ADA = { name: 'ada', password: 'correct horse battery' };
let database: Database;
let access: Access;
let tokens: ApiTokens;
let users: Users;
let invitations: Invitations;
let factors: SecondFactors;
const from = (address: string) => ({ address, agent: 'a test' });
const LAPTOP = { name: 'laptop', role: 'admin', projects: undefined, expires: undefined } as const;

beforeEach(() => {
  database = new Database(':memory:');
  users = new Users(database);
  tokens = new ApiTokens(database, users);
  invitations = new Invitations(database, users);
  factors = new SecondFactors(database, users);
  access = new Access(
    users,
    new Sessions(database, users),
    tokens,
    new SetupToken(),
    new Attempts(),
    invitations,
    factors,
    new Passkeys(database, users),
  );
});

const setupToken = () => access.setupLink(ORIGIN)?.split('#token=')[1] ?? '';
const withCookie = (token: string) => ({ cookie: `other=1; ${SESSION_COOKIE}=${token}` });

describe('the first admin', () => {
  it('is made with the link and signed in', async () => {
    const { cookie, session } = await access.setUp({ ...ADA, token: setupToken() }, from('10.0.0.1'));
    expect(session.user).toEqual({ name: 'ada', role: 'admin', projects: {} });
    expect(access.authenticate(withCookie(cookie))).toMatchObject({ id: session.id, requestToken: session.requestToken });
    expect(access.setupNeeded).toBe(false);
    expect(access.setupLink(ORIGIN)).toBeUndefined();
  });

  it('is made once', async () => {
    const token = setupToken();
    const both = await Promise.allSettled([
      access.setUp({ ...ADA, token }, from('10.0.0.1')),
      access.setUp({ ...ADA, name: 'eve', token }, from('10.0.0.2')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(access.setUp({ ...ADA, name: 'eve', token }, from('10.0.0.1'))).rejects.toMatchObject({ kind: 'Conflict' });
  });

  it('needs the newest link', async () => {
    const old = setupToken();
    setupToken();
    await expect(access.setUp({ ...ADA, token: old }, from('10.0.0.1'))).rejects.toMatchObject({ kind: 'Forbidden' });
    await expect(access.setUp({ ...ADA, token: '' }, from('10.0.0.1'))).rejects.toMatchObject({ kind: 'Forbidden' });
  });

  it('does not use the link up with a password that is too short', async () => {
    const token = setupToken();
    await expect(access.setUp({ ...ADA, password: 'short', token }, from('10.0.0.1'))).rejects.toMatchObject({ kind: 'InvalidParameter' });
    await expect(access.setUp({ ...ADA, token }, from('10.0.0.1'))).resolves.toBeDefined();
  });

  it('leaves neither token nor password nor session token in the database', async () => {
    const token = setupToken();
    const { cookie } = await access.setUp({ ...ADA, token }, from('10.0.0.1'));
    const content = database.sqlite.serialize().toString('latin1');
    expect(content).toContain('$argon2id$');
    for (const secret of [token, ADA.password, cookie]) expect(content).not.toContain(secret);
  });
});

describe('signing in', () => {
  beforeEach(async () => void (await access.setUp({ ...ADA, token: setupToken() }, from('10.0.0.1'))));

  it('takes name in any case and password', async () => {
    const { session } = await access.login({ ...ADA, name: 'Ada' }, from('10.0.0.1'));
    expect(session.user.name).toBe('ada');
  });

  it('answers a wrong name as a wrong password', async () => {
    const wrong = await access.login({ ...ADA, password: 'wrong horse battery' }, from('10.0.0.1')).catch((error: Error) => error.message);
    const nobody = await access.login({ ...ADA, name: 'eve' }, from('10.0.0.1')).catch((error: Error) => error.message);
    expect(wrong).toBe('name or password is wrong');
    expect(nobody).toBe(wrong);
  });

  it('slows down the address that guesses, and only that one', async () => {
    for (let i = 0; i < 5; i++)
      await expect(access.login({ ...ADA, password: 'wrong' }, from('10.0.0.9'))).rejects.toMatchObject({ kind: 'Unauthorized' });
    await expect(access.login(ADA, from('10.0.0.9'))).rejects.toMatchObject({ kind: 'TooManyRequests', retryAfter: 1 });
    await expect(access.login(ADA, from('10.0.0.1'))).resolves.toBeDefined();
  });

  it('ends with the session', async () => {
    const ended: string[] = [];
    access.onSessionEnd((id) => ended.push(id));
    const { cookie, session } = await access.login(ADA, from('10.0.0.1'));
    access.logout(session);
    expect(access.authenticate(withCookie(cookie))).toBeUndefined();
    expect(ended).toEqual([session.id]);
  });
});

describe('API tokens', () => {
  const ada = { name: 'ada', role: 'admin', projects: {} } as const;
  beforeEach(async () => void (await access.setUp({ ...ADA, token: setupToken() }, from('10.0.0.1'))));

  it('act for their user until they are removed', () => {
    const { token, record } = tokens.create(ada, LAPTOP);
    expect(access.bearer({ authorization: `Bearer ${token}` })).toMatchObject({ user: ada, token: { id: record.id } });
    expect(tokens.list(ada)).toMatchObject([{ ...record, used: expect.any(Number) }]);
    tokens.remove(ada, record.id);
    expect(access.bearer({ authorization: `Bearer ${token}` })).toBeUndefined();
    expect(() => tokens.remove(ada, record.id)).toThrow(`No such token: ${record.id}`);
  });

  it('are kept as hashes', () => {
    const { token } = tokens.create(ada, LAPTOP);
    expect(database.sqlite.serialize().toString('latin1')).not.toContain(token);
  });

  it('are worth nothing after their day, or when their owner is disabled', () => {
    const now = Date.now();
    const { token } = tokens.create(ada, { ...LAPTOP, expires: now + 1000 });
    expect(tokens.bearer(token, now)).toBeDefined();
    expect(tokens.bearer(token, now + 1001)).toBeUndefined();
    users.add({ name: 'bob', role: 'admin', projects: {} }, 'not used here');
    users.change('ada', { role: 'admin', projects: {}, disabled: true });
    expect(tokens.bearer(token, now)).toBeUndefined();
    expect(() => tokens.create(ada, { ...LAPTOP, expires: now - 1 })).toThrow('expires must be a time in the future');
  });
});

describe('users', () => {
  const bob = { name: 'bob', role: 'viewer', projects: { shop: 'operator' } } as const;
  beforeEach(async () => void (await access.setUp({ ...ADA, token: setupToken() }, from('10.0.0.1'))));

  it('are invited by a link that works once, and choose their password', async () => {
    users.add(bob, '');
    await expect(access.login({ name: 'bob', password: '' }, from('10.0.0.2'))).rejects.toMatchObject({ kind: 'Unauthorized' });
    const { token } = invitations.issue(bob);
    await expect(access.join({ token, password: 'short' }, from('10.0.0.2'))).rejects.toMatchObject({ kind: 'InvalidParameter' });
    const both = await Promise.allSettled([1, 2].map(() => access.join({ token, password: 'a long enough one' }, from('10.0.0.2'))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { session } = await access.login({ name: 'bob', password: 'a long enough one' }, from('10.0.0.2'));
    expect(session.user).toEqual(bob);
  });

  it('cannot come in by an old link, nor by one before the last', () => {
    users.add(bob, '');
    const first = invitations.issue(bob, 0).token;
    expect(invitations.userOf(first, INVITATION_LIFE - 1)).toBe('bob');
    expect(invitations.userOf(first, INVITATION_LIFE + 1)).toBeUndefined();
    invitations.issue(bob, 0);
    expect(invitations.userOf(first, 1)).toBeUndefined();
  });

  it('that are disabled or removed are out at once', async () => {
    users.add(bob, '');
    const { cookie, session } = await access.join({ token: invitations.issue(bob).token, password: 'a long enough one' }, from('10.0.0.2'));
    const ended: string[] = [];
    access.onSessionEnd((id) => ended.push(id));
    users.change('bob', { ...bob, disabled: true });
    expect(access.authenticate(withCookie(cookie))).toBeUndefined();
    expect(ended).toEqual([session.id]);
    await expect(access.login({ name: 'bob', password: 'a long enough one' }, from('10.0.0.2'))).rejects.toMatchObject({
      kind: 'Unauthorized',
    });
    users.remove('bob');
    expect(users.find('bob')).toBeUndefined();
  });

  it('leave an admin who can sign in', () => {
    users.add({ name: 'eve', role: 'admin', projects: {} }, '');
    for (const attempt of [
      () => users.remove('ada'),
      () => users.change('ada', { role: 'viewer', projects: {}, disabled: false }),
      () => users.change('ada', { role: 'admin', projects: {}, disabled: true }),
    ])
      expect(attempt).toThrow('the only admin');
    users.setPassword('eve', 'chosen');
    expect(() => users.remove('ada')).not.toThrow();
  });

  it('change their password knowing it, and are signed out everywhere else', async () => {
    const here = await access.login(ADA, from('10.0.0.1'));
    const there = await access.login(ADA, from('10.0.0.1'));
    await expect(access.changePassword(here.session, 'wrong', 'a quite different one', from('10.0.0.1'))).rejects.toMatchObject({
      kind: 'Forbidden',
    });
    await access.changePassword(here.session, ADA.password, 'a quite different one', from('10.0.0.1'));
    expect(access.authenticate(withCookie(here.cookie))).toBeDefined();
    expect(access.authenticate(withCookie(there.cookie))).toBeUndefined();
  });
});

describe('a second factor', () => {
  const codeAt = (secret: string, now: number) => totpCode(secret, stepOf(now));
  beforeEach(async () => void (await access.setUp({ ...ADA, token: setupToken() }, from('10.0.0.1'))));

  it('is asked for once it has been confirmed, and its codes are good for once', async () => {
    const { secret } = factors.begin('ada');
    await expect(access.login(ADA, from('10.0.0.1'))).resolves.toBeDefined();
    expect(() => factors.confirm('ada', '000000', 1_000_000_000_000)).toThrow('not the code');
    const now = Date.now();
    const codes = factors.confirm('ada', codeAt(secret, now - 30_000), now);
    await expect(access.login(ADA, from('10.0.0.1'))).rejects.toBeInstanceOf(CodeNeeded);
    await expect(access.login({ ...ADA, code: 'zzz' }, from('10.0.0.1'))).rejects.toMatchObject({ kind: 'Unauthorized' });
    const code = codeAt(secret, Date.now());
    await expect(access.login({ ...ADA, code }, from('10.0.0.1'))).resolves.toBeDefined();
    await expect(access.login({ ...ADA, code }, from('10.0.0.1'))).rejects.toThrow('used already');
    const typed = ` ${codes[3]!.toUpperCase()} `;
    await expect(access.login({ ...ADA, code: typed }, from('10.0.0.1'))).resolves.toBeDefined();
    await expect(access.login({ ...ADA, code: typed }, from('10.0.0.1'))).rejects.toThrow('used already');
    expect(factors.recoveryCodes('ada')).toBe(9);
    const content = database.sqlite.serialize().toString('latin1');
    for (const each of codes) expect(content).not.toContain(each.replaceAll('-', ''));
  });

  it('slows down whoever guesses codes, from wherever', async () => {
    const { secret } = factors.begin('ada');
    factors.confirm('ada', codeAt(secret, Date.now()));
    for (let at = 0; at < 5; at++)
      await expect(access.login({ ...ADA, code: 'wrong' }, from(`10.0.1.${at}`))).rejects.toMatchObject({ kind: 'Unauthorized' });
    await expect(access.login({ ...ADA, code: 'wrong' }, from('10.0.1.9'))).rejects.toMatchObject({ kind: 'TooManyRequests' });
  });

  it('does not tell that the password is right by a reset of the count', async () => {
    const { secret } = factors.begin('ada');
    factors.confirm('ada', codeAt(secret, Date.now()));
    for (let at = 0; at < 5; at++) await expect(access.login(ADA, from('10.0.2.1'))).rejects.toBeInstanceOf(CodeNeeded);
    await expect(access.login(ADA, from('10.0.2.1'))).rejects.toMatchObject({ kind: 'TooManyRequests' });
  });
});
