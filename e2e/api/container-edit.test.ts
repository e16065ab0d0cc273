import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { image } from '../fixtures/image.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { startRegistry } from '../fixtures/registry.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let who: SignedIn;
let page: LivePage;

beforeAll(async () => {
  who = await signIn(suite.daemon);
  page = await LivePage.open(suite.daemon, who);
});
afterAll(() => page?.close());

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }> {
  const response = await fetch(`${suite.daemon.dashboard}/dashboard/containers/${path}`, {
    method,
    headers: { cookie: who.cookie, 'x-slipway-token': who.token, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : undefined };
}

/** Runs a change to its end; answers what it told last, and its error. */
async function change(path: string, body?: unknown): Promise<{ told: string | undefined; error: string | undefined }> {
  const { status, json } = await ask('POST', path, body);
  expect({ status, json }).toMatchObject({ status: 201 });
  const channel = page.open('deploy', { task: json.task });
  const { error } = await channel.ended;
  return { told: channel.received.flat().at(-1)?.status, error };
}

const portOf = (container: any, key: string) => Number(container.NetworkSettings.Ports[key][0].HostPort);

/** A connection to something that says what is said to it. */
async function connected(port: number): Promise<{ say: (word: string) => Promise<string>; close: () => void }> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  socket.once('error', reject).once('close', () => reject(new Error('the connection was cut')));
  const heard = (word: string) =>
    new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += String(chunk);
        if (text.length < word.length) return;
        socket.removeAllListeners('data');
        resolve(text);
      });
    });
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), failed]);
  return {
    say: (word) => {
      const answer = heard(word);
      socket.write(word);
      return Promise.race([answer, failed]);
    },
    close: () => socket.destroy(),
  };
}

const TRAP = ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 0.2; done"];

describe('an edit', () => {
  beforeAll(() => suite.docker.ok('run', '-d', '--name', 'tug', '-m', '64m', '-e', 'A=1', '-v', '/data', BUSYBOX, ...TRAP));

  test('starts from what was asked for, without what image and daemon filled in', async () => {
    const { json } = await ask('GET', 'tug/request');
    expect(json).toEqual({
      name: 'tug',
      body: { Image: BUSYBOX, Cmd: TRAP, Env: ['A=1'], Volumes: { '/data': {} }, HostConfig: { Memory: 64 * 1024 ** 2 } },
    });
  });

  test('of limits, restart policy, networks and name needs no restart', async () => {
    await suite.docker.ok('network', 'create', 'harbour');
    const { json: now } = await ask('GET', 'tug/request');
    const wanted = {
      name: 'tugboat',
      body: {
        ...now.body,
        HostConfig: { ...now.body.HostConfig, Memory: 128 * 1024 ** 2, RestartPolicy: { Name: 'always' } },
        NetworkingConfig: { EndpointsConfig: { harbour: { Aliases: ['pilot'] } } },
      },
    };
    const before = await suite.docker.inspect('tug');
    const plan = await ask('POST', 'tug/plan', wanted);
    expect(plan.json.changes.map(({ field, live }: any) => [field, live])).toEqual([
      ['Name', true],
      ['HostConfig.Memory', true],
      ['HostConfig.RestartPolicy', true],
      ['NetworkingConfig.EndpointsConfig.harbour', true],
    ]);
    expect(await change('tug/edit', wanted)).toEqual({ told: 'Changed without a restart', error: undefined });
    const after = await suite.docker.inspect('tugboat');
    expect(after).toMatchObject({
      Id: before.Id,
      State: { Pid: before.State.Pid },
      HostConfig: { Memory: 128 * 1024 ** 2, RestartPolicy: { Name: 'always' } },
    });
    expect(Object.keys(after.NetworkSettings.Networks).sort()).toEqual(['bridge', 'harbour']);
  });

  test('of labels and published ports needs no restart; what is published before and after is not cut off', async () => {
    const serve = 'mkdir /www; echo ahoy > /www/index.html; httpd -p 81 -h /www; exec nc -ll -p 80 -e cat';
    await suite.docker.ok(
      'run',
      '-d',
      '--name',
      'pier',
      '-l',
      'berth=1',
      '-p',
      '127.0.0.1::80',
      '-p',
      '127.0.0.1::81',
      BUSYBOX,
      'sh',
      '-c',
      serve,
    );
    const before = await suite.docker.inspect('pier');
    const { json: now } = await ask('GET', 'pier/request');
    const kept = await connected(portOf(before, '80/tcp'));
    const free = await freePort();
    const wanted = (bindings: object, labels: object) => ({
      name: 'pier',
      body: { ...now.body, Labels: labels, HostConfig: { ...now.body.HostConfig, PortBindings: bindings } },
    });
    const echo = now.body.HostConfig.PortBindings['80/tcp'];
    const moved = wanted({ '80/tcp': echo, '81/tcp': [{ HostIp: '127.0.0.1', HostPort: String(free) }] }, { berth: '2', lamp: 'green' });
    expect((await ask('POST', 'pier/plan', moved)).json.changes.map(({ field, live }: any) => [field, live])).toEqual([
      ['Labels.berth', true],
      ['Labels.lamp', true],
      ['Ports.81/tcp', true],
    ]);
    expect(await change('pier/edit', moved)).toEqual({ told: 'Changed without a restart', error: undefined });
    const after = await suite.docker.inspect('pier');
    expect(after).toMatchObject({ Id: before.Id, State: { Pid: before.State.Pid }, Config: { Labels: { berth: '2', lamp: 'green' } } });
    expect([portOf(after, '80/tcp'), portOf(after, '81/tcp')]).toEqual([portOf(before, '80/tcp'), free]);
    expect(await suite.docker.ok('ps', '-q', '--filter', 'label=lamp=green', '--filter', `publish=${free}`)).toBe(before.Id.slice(0, 12));
    expect(await (await fetch(`http://127.0.0.1:${free}`)).text()).toBe('ahoy\n');
    await expect(fetch(`http://127.0.0.1:${portOf(before, '81/tcp')}`)).rejects.toThrow('fetch failed');
    expect(await kept.say('still here')).toBe('still here');

    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port: taken } = server.address() as AddressInfo;
    const refused = await change('pier/edit', wanted({ '81/tcp': [{ HostIp: '127.0.0.1', HostPort: String(taken) }] }, {}));
    expect(refused.error).toMatch(new RegExp(`127.0.0.1:${taken} failed: port is already allocated`));
    server.close();
    expect((await suite.docker.inspect('pier')).Config.Labels).toEqual({ berth: '2', lamp: 'green' });
    expect(await (await fetch(`http://127.0.0.1:${free}`)).text()).toBe('ahoy\n');
    expect(await kept.say('and here')).toBe('and here');

    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    page = await LivePage.open(suite.daemon, who);
    const again = await suite.docker.inspect('pier');
    expect([portOf(again, '80/tcp'), portOf(again, '81/tcp')]).toEqual([portOf(before, '80/tcp'), free]);
    expect(await kept.say('to the end')).toBe('to the end');
    kept.close();
    expect(await (await fetch(`http://127.0.0.1:${free}`)).text()).toBe('ahoy\n');
    await suite.docker.ok('rm', '-f', 'pier');
  });

  test('of anything else makes it anew under its name, with what its anonymous volumes hold', async () => {
    await suite.docker.ok('exec', 'tugboat', 'touch', '/data/kept');
    const { json: now } = await ask('GET', 'tugboat/request');
    const before = await suite.docker.inspect('tugboat');
    const wanted = { ...now, body: { ...now.body, Env: ['A=2'] } };
    expect((await ask('POST', 'tugboat/plan', wanted)).json.changes).toEqual([{ field: 'Env.A', from: '1', to: '2', live: false }]);
    expect((await change('tugboat/edit', wanted)).error).toBeUndefined();
    const after = await suite.docker.inspect('tugboat');
    expect(after.Id).not.toBe(before.Id);
    expect(after).toMatchObject({ State: { Status: 'running' }, HostConfig: { Memory: 128 * 1024 ** 2 } });
    expect(Object.keys(after.NetworkSettings.Networks).sort()).toEqual(['bridge', 'harbour']);
    expect(await suite.docker.ok('exec', 'tugboat', 'sh', '-c', 'ls /data; echo $A')).toBe('kept\n2');
  });

  test('that cannot start leaves the old one running', async () => {
    const { json: now } = await ask('GET', 'tugboat/request');
    const { Id } = await suite.docker.inspect('tugboat');
    const { error } = await change('tugboat/edit', { ...now, body: { ...now.body, Entrypoint: ['/no/such/program'] } });
    expect(error).toMatch(/no\/such\/program/);
    expect(await suite.docker.inspect('tugboat')).toMatchObject({ Id, State: { Status: 'running' } });
    expect(await suite.docker.ok('ps', '-aq', '--filter', 'name=tugboat')).not.toContain('\n');
  });

  test('is a revision, to which one can return', async () => {
    const { json } = await ask('GET', 'tugboat/revisions');
    expect(json.map(({ number, reason }: any) => [number, reason])).toEqual([
      [3, 'edit'],
      [2, 'edit'],
      [1, 'before'],
    ]);
    expect(json[0]).toMatchObject({ user: 'harbourmaster', changes: [{ field: 'Env.A', from: '1', to: '2' }] });
    expect((await change('tugboat/revisions/1')).error).toBeUndefined();
    const back = await suite.docker.inspect('tug');
    expect(back).toMatchObject({ HostConfig: { Memory: 64 * 1024 ** 2, RestartPolicy: { Name: 'no' } } });
    expect(back.Config.Env).toContain('A=1');
    await suite.docker.ok('rm', '-fv', 'tug');
  });
});

test('what stands in the way is told beforehand, with what would do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await suite.docker.ok('run', '-d', '--name', 'moored', '-p', '127.0.0.1::80', BUSYBOX, 'sleep', '600');
  const taken = Number((await suite.docker.inspect('moored')).NetworkSettings.Ports['80/tcp'][0].HostPort);
  const binding = (number: number) => [{ HostPort: String(number) }];
  const { json } = await ask('POST', 'check', {
    name: 'moored',
    body: {
      Image: BUSYBOX,
      HostConfig: {
        PortBindings: { '80/tcp': binding(taken), '81/tcp': binding(port) },
        Binds: ['/no/such/folder:/x'],
        Memory: 2 ** 50,
        NetworkMode: 'nowhere',
      },
    },
  });
  const found = json.findings.map(({ field, severity, message }: any) => `${field} ${severity}: ${message}`);
  expect(found).toEqual([
    'name error: moored is a container already (running)',
    `ports error: port ${taken}/tcp of the host is held by the container moored`,
    expect.stringMatching(new RegExp(`^ports error: port ${port}/tcp of the host is held by the process .+ \\(pid ${process.pid}\\)$`)),
    'volumes warning: /no/such/folder does not exist on the host: an empty folder is made there',
    'networks error: there is no network named nowhere',
    expect.stringMatching(/^memory warning: the host has \d+ MB/),
  ]);
  expect(json.findings[0].suggestion).toBe('moored-2');
  expect(Number(json.findings[1].suggestion)).toBeGreaterThan(taken);
  expect((await ask('POST', 'check', { name: 'x', body: { Image: 5 } })).json.message).toContain('Image must be string');
  server.close();
  await suite.docker.ok('rm', '-f', 'moored');
});

test('an update that does not do well returns to the old one', async () => {
  const registry = await startRegistry();
  const layer = await busyboxLayer();
  const reference = `${registry.address}/fleet/tender:1`;
  await registry.publish('fleet/tender', '1', image([layer], { config: { Cmd: TRAP, Labels: { version: 'one' } } }));
  await suite.docker.ok('run', '-d', '--name', 'tender', reference);
  expect(await change('tender/refresh', { seconds: 2 })).toEqual({ told: 'Its image is the newest', error: undefined });
  const { Id } = await suite.docker.inspect('tender');
  await registry.publish('fleet/tender', '1', image([layer], { config: { Cmd: ['sh', '-c', 'exit 3'], Labels: { version: 'two' } } }));
  const { error } = await change('tender/refresh', { seconds: 10 });
  expect(error).toContain('does not keep running: it ended with exit code 3');
  expect(await suite.docker.inspect('tender')).toMatchObject({ Id, State: { Status: 'running' } });
  await registry.publish('fleet/tender', '1', image([layer], { config: { Cmd: TRAP, Labels: { version: 'three' } } }));
  expect((await change('tender/refresh', { seconds: 1 })).error).toBeUndefined();
  const updated = await suite.docker.inspect('tender');
  expect(updated).toMatchObject({ State: { Status: 'running' }, Config: { Labels: { version: 'three' } } });
  await suite.docker.ok('rm', '-f', 'tender');
  await registry.stop();
});
