import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen, once, outcome, PERSON, startLiveApp, type Handshake, type LiveApp } from './testing/live-app.js';

let live: LiveApp;
beforeEach(async () => void (live = await startLiveApp()));
afterEach(() => live.close());

describe('who may open one', () => {
  test('the page with its session', async () => expect(await outcome(live.browse())).toBe('hello'));

  test.each<[string, Handshake]>([
    ['no token', { token: null }],
    ['a wrong token', { token: 'x'.repeat(43) }],
    ['a token that is no text', { token: { toString: 'x' } }],
    ['a cookie of no session', { cookie: 'x' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin', { origin: '' }],
    ['a rebound host', { host: 'evil.example', origin: 'http://evil.example' }],
    ['long polling', { transports: ['polling'] }],
    ['another namespace', { namespace: '/admin' }],
  ])('not with %s', async (_, handshake) => expect(await outcome(live.browse(handshake))).toMatch(/^refused/));

  test('not with the token of another session', async () => {
    const other = await live.access.login(PERSON, { address: '127.0.0.1', agent: '' });
    expect(await outcome(live.browse({ cookie: other.cookie }))).toBe('refused: sign in first');
    expect(await outcome(live.browse({ cookie: other.cookie, token: other.session.requestToken }))).toBe('hello');
  });

  test('nobody after logout, and those who are connected are cut off', async () => {
    const browser = live.browse();
    await outcome(browser);
    const gone = once(browser, 'disconnect');
    live.access.logout(live.admin.session);
    await gone;
    expect(await outcome(live.browse())).toMatch(/^refused/);
  });

  test('another person’s logout does not matter', async () => {
    const other = await live.access.login(PERSON, { address: '127.0.0.1', agent: '' });
    const browser = live.browse();
    await outcome(browser);
    live.access.logout(other.session);
    const events = listen<unknown[]>(browser, 1);
    browser.emit('open', 1, 'events', {});
    live.events.publish('volume', 'create', 'v1');
    await expect.poll(() => events.received).toHaveLength(1);
  });
});
