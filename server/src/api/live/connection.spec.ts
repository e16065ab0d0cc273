import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Socket } from 'socket.io-client';
import type { ListChange } from './protocol.js';
import { listen, outcome, startLiveApp, type Browser, type LiveApp } from './testing/live-app.js';

type Thing = { Name: string; size: number };

let live: LiveApp;
let browser: Browser;
beforeEach(async () => {
  live = await startLiveApp();
  browser = live.browse();
  await outcome(browser);
});
afterEach(() => live.close());

describe('channels', () => {
  test('give a list, then only what changed', async () => {
    for (const name of ['a', 'b']) live.names.names.set(name, 1);
    const list = listen<ListChange<Thing>>(browser, 7);
    browser.emit('open', 7, 'volumes', {});
    await list.until(({ length }) => length === 1);
    live.names.set('b', 2);
    live.names.set('a', 1);
    live.names.set('c', 1);
    live.names.delete('a');
    await list.until(({ length }) => length === 2);
    expect(list.received).toEqual([
      {
        reset: true,
        upsert: [
          { Name: 'a', size: 1 },
          { Name: 'b', size: 1 },
        ],
        remove: [],
      },
      {
        upsert: [
          { Name: 'b', size: 2 },
          { Name: 'c', size: 1 },
        ],
        remove: ['a'],
      },
    ]);
    expect(live.names.reads).toEqual([undefined, ['b', 'a', 'c']]);
  });

  test('merge what changes while the page does not take anything in', async () => {
    const slow = listen<ListChange<Thing>>(browser, 1, false);
    const quick = listen<ListChange<Thing>>(browser, 2);
    browser.emit('open', 1, 'volumes', {});
    browser.emit('open', 2, 'volumes', {});
    await quick.until(({ length }) => length === 1);
    for (let size = 1; size <= 3; size++) {
      live.names.set('a', size);
      await quick.until(({ length }) => length === 1 + size);
    }
    expect(slow.received).toHaveLength(1);
    browser.emit('taken', 1, 1);
    await slow.until(({ length }) => length === 2);
    expect(slow.received[1]).toEqual({ upsert: [{ Name: 'a', size: 3 }], remove: [] });
  });

  test('read nothing while nobody watches', async () => {
    const list = listen(browser, 1);
    browser.emit('open', 1, 'volumes', {});
    await list.until(({ length }) => length === 1);
    browser.emit('close', 1);
    const again = listen<ListChange<Thing>>(browser, 2);
    const events = listen<unknown[]>(browser, 3);
    browser.emit('open', 3, 'events', {});
    live.names.set('a', 1);
    await events.until(({ length }) => length === 1);
    browser.emit('open', 2, 'volumes', {});
    await again.until(({ length }) => length === 1);
    expect(again.received[0]?.upsert).toEqual([{ Name: 'a', size: 1 }]);
    expect(live.names.reads).toEqual([undefined, undefined]);
  });

  test('tell what time alone has changed', async () => {
    live.names.staleAfter = 10;
    live.names.names.set('a', 1);
    const list = listen<ListChange<Thing>>(browser, 1);
    browser.emit('open', 1, 'volumes', {});
    await list.until(({ length }) => length === 1);
    live.names.names.set('a', 2);
    await list.until(({ length }) => length === 2);
    expect(list.received[1]).toEqual({ upsert: [{ Name: 'a', size: 2 }], remove: [] });
    browser.emit('close', 1);
    const events = listen<unknown[]>(browser, 2);
    browser.emit('open', 2, 'events', {});
    live.names.set('a', 3);
    await events.until(({ length }) => length === 1);
    const { length } = live.names.reads;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(live.names.reads).toHaveLength(length);
  });

  test('end with the error when the list cannot be read, and can be opened again', async () => {
    live.names.broken = true;
    const broken = listen(browser, 1);
    browser.emit('open', 1, 'volumes', {});
    expect(await broken.ended).toEqual({ error: 'the list is gone' });
    live.names.broken = false;
    const again = listen(browser, 1);
    browser.emit('open', 1, 'volumes', {});
    await again.until(({ length }) => length === 1);
  });

  test('give the events of the past and the present', async () => {
    const events = live.events;
    events.publish('container', 'start', 'c1', { name: 'web' });
    const list = listen<{ Action: string; Actor: { ID: string } }[]>(browser, 1);
    browser.emit('open', 1, 'events', {});
    await list.until(({ length }) => length === 1);
    events.publish('container', 'die', 'c1');
    await list.until(({ length }) => length === 2);
    expect(list.received.flat().map(({ Action }) => Action)).toEqual(['start', 'die']);
  });

  test('say what is wrong with what they are opened with', async () => {
    const open = (channel: number, kind: string, params: unknown) => {
      const { ended } = listen(browser, channel);
      browser.emit('open', channel, kind as never, params);
      return ended;
    };
    expect(await open(1, 'nothing', {})).toEqual({ error: 'there is no kind of channel named "nothing"' });
    expect(await open(2, 'events', null)).toEqual({ error: 'params must be an object' });
    expect(await open(3, 'events', { since: 5 })).toEqual({ error: 'since must be a string that is not empty' });
    expect(await open(4, '__proto__', {})).toHaveProperty('error');
  });

  test('send a terminal no more than its window before it is taken in', async () => {
    const terminal = listen<Uint8Array>(browser, 1, false);
    const bytes = () => terminal.received.reduce((sum, { byteLength }) => sum + byteLength, 0);
    browser.emit('open', 1, 'terminal', {});
    await terminal.until(() => bytes() === 64 * 1024);
    expect(live.echo.sent).toBe(64 * 1024);
    browser.emit('taken', 1, 16 * 1024);
    await terminal.until(() => bytes() === 80 * 1024);
    expect(live.echo.sent).toBe(80 * 1024);
    browser.on('data', (_, data) => browser.emit('taken', 1, (data as Uint8Array).byteLength));
    browser.emit('taken', 1, 64 * 1024);
    await terminal.until(() => bytes() === 256 * 1024);
    browser.emit('resize', 1, 24, 80);
    browser.emit('input', 1, Buffer.from('typed'));
    expect(await terminal.ended).toEqual({ exitCode: 3 });
    expect(Buffer.from(terminal.received.at(-1) ?? []).toString()).toBe('typed 24x80');
  });

  test('are torn down with the connection', async () => {
    const terminal = listen<Uint8Array>(browser, 1, false);
    browser.emit('open', 1, 'terminal', {});
    await terminal.until(({ length }) => length === 4);
    expect(live.echo.open).toBe(1);
    browser.disconnect();
    await expect.poll(() => live.echo.open).toBe(0);
  });

  test('survive what no page would send', async () => {
    const raw = browser as unknown as Socket;
    for (const garbage of [[], [null], ['x'], [1, 2, 3], [{}], [-1, 'events', {}], [1.5, 'events', {}]]) {
      for (const event of ['open', 'taken', 'input', 'resize', 'close']) raw.emit(event, ...garbage);
    }
    const list = listen(browser, 9);
    browser.emit('open', 9, 'volumes', {});
    await list.until(({ length }) => length === 1);
    expect(list.received).toHaveLength(1);
  });
});
