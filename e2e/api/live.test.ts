import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { ListChange, LogBatch } from '../../server/src/api/live/protocol.ts';
import { busybox, BUSYBOX } from '../fixtures/busybox.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { unique } from '../fixtures/names.ts';
import { startRegistry, type Registry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let admin: SignedIn;
let page: LivePage;

beforeAll(async () => void (admin = await signIn(suite.daemon)));
beforeEach(async () => void (page = await LivePage.open(suite.daemon, admin)));
afterEach(() => page.close());

/** The list that the changes so far make. */
function listOf<Item>(changes: ListChange<Item>[], key: (item: Item) => string): Item[] {
  const items = new Map<string, Item>();
  for (const { reset, upsert, remove } of changes) {
    if (reset) items.clear();
    for (const item of upsert) items.set(key(item), item);
    for (const id of remove) items.delete(id);
  }
  return [...items.values()];
}
const textOf = (batches: LogBatch[]) => batches.flatMap(({ lines }) => lines).map(({ text }) => text);
const screen = (received: Uint8Array[]) => Buffer.concat(received.map((bytes) => new Uint8Array(bytes))).toString();

describe('lists', () => {
  test('show a container from its creation to its removal', async () => {
    const name = unique('shown');
    const list = page.open('containers', {});
    const state = () => listOf(list.received, ({ Id }) => Id!).find(({ Names }) => Names?.includes(`/${name}`))?.State;
    await list.until(({ length }) => length === 1);
    expect(state()).toBeUndefined();
    await suite.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', '600');
    await list.until(() => state() === 'running');
    await suite.docker.ok('pause', name);
    await list.until(() => state() === 'paused');
    await suite.docker.ok('unpause', name);
    await suite.docker.ok('kill', name);
    await list.until(() => state() === 'exited');
    await suite.docker.ok('rm', name);
    await list.until(() => state() === undefined);
  });

  test('show images, networks and volumes that come and go', async () => {
    const name = unique('thing');
    const images = page.open('images', {});
    const networks = page.open('networks', {});
    const volumes = page.open('volumes', {});
    const hasImage = () => listOf(images.received, ({ Id }) => Id).some(({ RepoTags }) => RepoTags?.includes(`${name}:1`));
    const hasNetwork = () => listOf(networks.received, ({ Id }) => Id).some(({ Name }) => Name === name);
    const hasVolume = () => listOf(volumes.received, ({ Name }) => Name).some(({ Name }) => Name === name);
    await Promise.all([images, networks, volumes].map((list) => list.until(({ length }) => length === 1)));
    await suite.docker.ok('tag', BUSYBOX, `${name}:1`);
    await suite.docker.ok('network', 'create', name);
    await suite.docker.ok('volume', 'create', name);
    await images.until(hasImage);
    await networks.until(hasNetwork);
    await volumes.until(hasVolume);
    await suite.docker.ok('rmi', `${name}:1`);
    await suite.docker.ok('network', 'rm', name);
    await suite.docker.ok('volume', 'rm', name);
    await images.until(() => !hasImage());
    await networks.until(() => !hasNetwork());
    await volumes.until(() => !hasVolume());
    expect([images, networks, volumes].map(({ received }) => received.length)).toEqual([3, 3, 3]);
  });
});

describe('a container that runs', () => {
  const name = unique('live');
  beforeAll(async () => {
    const script = 'echo first; echo problem >&2; while :; do :; done';
    await suite.docker.ok('run', '-d', '--name', name, '--memory=64m', BUSYBOX, 'sh', '-c', script);
  });
  afterAll(() => suite.docker.ok('rm', '-f', name));

  test('shows what it uses at once and once a second', async () => {
    const id = (await suite.docker.inspect(name)).Id;
    const stats = page.open('stats', { ids: [name] });
    const start = performance.now();
    await stats.until(({ length }) => length === 1);
    expect(performance.now() - start).toBeLessThan(900);
    await stats.until(({ length }) => length === 3);
    const [sample] = stats.received.at(-1)!;
    expect(sample).toMatchObject({ id, memoryLimit: 64 * 1024 * 1024, pids: 1 });
    expect(sample!.cpu).toBeGreaterThan(10);
    expect(sample!.cpu).toBeLessThan(110);
    expect(sample!.memory).toBeGreaterThan(0);
  });

  test('has a log with both streams', async () => {
    const log = page.open('logs', { container: name, tail: 100, follow: true });
    await log.until((received) => received.some(({ caughtUp }) => caughtUp));
    const lines = log.received.flatMap((batch) => batch.lines);
    expect(lines.find(({ text }) => text === 'first')?.stream).toBe('stdout');
    expect(lines.find(({ text }) => text === 'problem')?.stream).toBe('stderr');
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  });

  test('has a shell with the size of the page, which changes with it', async () => {
    const terminal = page.open('terminal', { container: name, command: ['sh'], rows: 24, columns: 80 });
    await terminal.until((received) => screen(received).includes('#'));
    terminal.input('stty size; echo user=$(id -u) term=$TERM\n');
    await terminal.until((received) => /24 80\r\nuser=0 term=xterm-256color/.test(screen(received)));
    terminal.resize(50, 132);
    terminal.input('stty size\n');
    await terminal.until((received) => screen(received).includes('50 132'));
    terminal.input('exit 7\n');
    expect(await terminal.ended).toEqual({ exitCode: 7 });
  });

  test('gives a shell much output and loses none', async () => {
    const command = ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x'];
    const terminal = page.open('terminal', { container: name, command, rows: 24, columns: 80 });
    expect(await terminal.ended).toEqual({ exitCode: 0 });
    expect(screen(terminal.received)).toBe('x'.repeat(3_000_000));
  });

  test('has no shell left when the page has gone', async () => {
    const terminal = page.open('terminal', { container: name, command: ['sh'], rows: 24, columns: 80 });
    await terminal.until((received) => screen(received).includes('#'));
    terminal.input('exec sleep 4242\n');
    const running = () => suite.docker.ok('top', name);
    await expect.poll(running).toContain('sleep 4242');
    page.close();
    await expect.poll(running).not.toContain('sleep 4242');
  });

  test('says why there is no such shell', async () => {
    const terminal = page.open('terminal', { container: name, command: ['/no/such/shell'], rows: 24, columns: 80 });
    expect((await terminal.ended).error).toContain('/no/such/shell');
  });
});

describe('a log', () => {
  test('goes on through restarts and ends with the container', async () => {
    const name = unique('restarts');
    await suite.docker.ok('create', '--name', name, BUSYBOX, 'sh', '-c', 'echo run');
    const log = page.open('logs', { container: name, tail: 100, follow: true });
    await log.until((received) => received.some(({ caughtUp }) => caughtUp));
    for (let runs = 1; runs <= 3; runs++) {
      await suite.docker.ok('start', '-a', name);
      await log.until((received) => textOf(received).length === runs);
    }
    await suite.docker.ok('rm', name);
    await log.ended;
    expect(textOf(log.received)).toEqual(['run', 'run', 'run']);
  });
});

describe('the console of a container', () => {
  test('is joined with its size', async () => {
    const name = unique('console');
    await suite.docker.ok('run', '-dit', '--name', name, BUSYBOX, 'sh');
    const terminal = page.open('terminal', { container: name, attach: true, rows: 33, columns: 99 });
    terminal.input('stty size\n');
    await terminal.until((received) => screen(received).includes('33 99'));
    terminal.input('exit\n');
    expect(await terminal.ended).toEqual({});
    await suite.docker.ok('rm', '-f', name);
  });
});

describe('a pull', () => {
  let registry: Registry;
  beforeAll(async () => void (registry = await startRegistry()));
  afterAll(() => registry.stop());

  test('goes on when the page leaves, and is joined by another', async () => {
    await registry.publish('thing', 'v1', await busybox({ config: { Labels: { pulled: 'live' } } }));
    const reference = `${registry.address}/thing:v1`;
    page.open('pull', { reference, start: true });
    const tasks = page.open('tasks', {});
    await tasks.until((received) => listOf(received, ({ id }) => id).some(({ title }) => title === reference));
    page.close();
    page = await LivePage.open(suite.daemon, admin);
    const joined = page.open('pull', { reference });
    expect(await joined.ended).toEqual({});
    const messages = joined.received.flat();
    expect(messages.at(-1)?.status).toMatch(/^Status: (Downloaded newer image|Image is up to date)/);
    expect(await suite.docker.ok('images', '-q', reference)).not.toBe('');
    const after = page.open('tasks', {});
    await after.until((received) => listOf(received, ({ id }) => id).some(({ title, finishedAt }) => title === reference && finishedAt));
  });

  test('tells why it failed', async () => {
    const missing = page.open('pull', { reference: `${registry.address}/nothing:v1`, start: true });
    expect((await missing.ended).error).toMatch(/nothing/);
  });
});

test('signing out cuts the page off, and it cannot come back', async () => {
  const { gone } = page;
  const headers = { cookie: admin.cookie, 'x-slipway-token': admin.token };
  expect((await fetch(`${suite.daemon.dashboard}/dashboard/logout`, { method: 'POST', headers })).status).toBe(204);
  await gone;
  await expect(LivePage.open(suite.daemon, admin)).rejects.toThrow('websocket error');
});
