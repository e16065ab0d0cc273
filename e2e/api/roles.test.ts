import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContainerSummary } from '../../server/src/api/generated/types.gen.ts';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { DockerCli } from '../fixtures/docker.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { dashboardOperations, operations, type Operation } from '../fixtures/operations.ts';
import { apiToken, askAs, invite, must, type Grants } from '../fixtures/people.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const address = `127.0.0.1:${await freePort()}`;
const suite = useDaemon({ flags: [`--host=tcp://${address}`] });

/** Everybody there is, with what they were given. */
const CAST = {
  viewer: { role: 'viewer' },
  operator: { role: 'operator' },
  'shop-viewer': { role: 'none', projects: { shop: 'viewer' } },
  'shop-operator': { role: 'none', projects: { shop: 'operator' } },
  mixed: { role: 'viewer', projects: { shop: 'operator' } },
} as const satisfies Record<string, Grants>;
type Name = keyof typeof CAST | 'admin' | 'nobody';
const people = {} as Record<Name, SignedIn>;
const names: Name[] = ['nobody', 'admin', ...(Object.keys(CAST) as (keyof typeof CAST)[])];

beforeAll(async () => {
  people.admin = await signIn(suite.daemon);
  for (const [name, grants] of Object.entries(CAST)) people[name as Name] = await invite(suite.daemon, people.admin, name, grants);
  for (const project of ['shop', 'mail']) {
    const labels = ['--label', `com.docker.compose.project=${project}`];
    await suite.docker.ok('network', 'create', ...labels, `${project}_net`);
    await suite.docker.ok('volume', 'create', ...labels, `${project}_data`);
    await suite.docker.ok('run', '-d', '--name', `${project}-web`, ...labels, '-v', `${project}_data:/data`, BUSYBOX, 'sleep', '600');
  }
});

const ask = (name: Name, method: string, path: string, body?: unknown) =>
  askAs(suite.daemon, name === 'nobody' ? undefined : people[name], method, path, body);

/** The docker CLI on the TCP address with a token of somebody. */
async function remote(name: Name, wish: { role?: Grants['role']; projects?: string[] } = {}): Promise<DockerCli> {
  const token = await apiToken(suite.daemon, people[name], { name: 'cli', ...wish });
  const folder = join(suite.daemon.root, `cli-${name}-${Math.random()}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ HttpHeaders: { Authorization: `Bearer ${token}` } }));
  return new DockerCli(`tcp://${address}`, folder);
}

/** What an operation answers to somebody about a thing that does not exist; 0 when it goes on for ever. */
async function statusFor(name: Name, { method, path, id }: Operation): Promise<number> {
  const route = path.replaceAll(/\{\w+\}/g, 'nowhere');
  const query = { DashboardStatsHistory: '?series=host&from=0&to=1', DashboardFileList: '?path=/' }[id] ?? '';
  const own = { Labels: { 'com.docker.compose.project': 'shop' } };
  const body = method === 'POST' || method === 'PUT' ? (id.endsWith('Create') && !path.startsWith('/dashboard/') ? own : {}) : undefined;
  const response = await ask(name, method, (path.startsWith('/dashboard/') ? route : `/v1.56${route}`) + query, body);
  await response.body?.cancel();
  return response.status;
}

/** What the document's word for who may ask comes to, for things that do not exist. A stack is its project, there or not. */
function expected(name: Name, access: string): 'let in' | 'refused' | 'hidden' {
  if (access === 'anyone') return 'let in';
  if (name === 'nobody') return 'refused';
  if (access === 'session' || name === 'admin') return 'let in';
  if (access === 'admin') return 'refused';
  const [right, of] = access.split(' ');
  const everywhere = { view: ['viewer', 'operator', 'mixed'], operate: ['operator'] }[right!]!.includes(name);
  const sees = ['viewer', 'operator', 'mixed'].includes(name);
  const somewhere = everywhere || (right === 'view' ? true : ['shop-operator', 'mixed'].includes(name));
  if (of === 'stack') return !sees && name.startsWith('shop-') ? 'hidden' : everywhere ? 'let in' : 'refused';
  return (of === 'host' || of === 'series' ? everywhere : somewhere) ? 'let in' : 'refused';
}

describe('what belongs to a project', () => {
  test('is listed to those who see the project', async () => {
    const seen = async (name: Name) => {
      const containers = (await (await ask(name, 'GET', '/v1.56/containers/json')).json()) as ContainerSummary[];
      const networks = (await (await ask(name, 'GET', '/v1.56/networks')).json()) as { Name: string }[];
      const { Volumes } = (await (await ask(name, 'GET', '/v1.56/volumes')).json()) as { Volumes: { Name: string }[] };
      return [containers.flatMap(({ Names }) => Names ?? []), networks.map(({ Name }) => Name), Volumes.map(({ Name }) => Name)]
        .flat()
        .toSorted();
    };
    expect(await seen('shop-viewer')).toEqual(['/shop-web', 'shop_data', 'shop_net']);
    expect(await seen('shop-operator')).toEqual(['/shop-web', 'shop_data', 'shop_net']);
    expect(await seen('viewer')).toEqual(expect.arrayContaining(['/mail-web', '/shop-web', 'bridge', 'mail_data', 'mail_net', 'shop_net']));
  });

  test.each([
    ['GET', '/containers/mail-web/json', { 'shop-operator': 404, 'shop-viewer': 404, viewer: 200, mixed: 200 }],
    ['GET', '/containers/mail-web/logs?stdout=1', { 'shop-operator': 404, viewer: 200 }],
    ['POST', '/containers/mail-web/restart?t=0', { 'shop-operator': 404, mixed: 403, viewer: 403, operator: 204 }],
    ['POST', '/containers/shop-web/restart?t=0', { 'shop-viewer': 403, viewer: 403, 'shop-operator': 204, mixed: 204, nobody: 401 }],
    ['GET', '/networks/mail_net', { 'shop-operator': 404, viewer: 200 }],
    ['DELETE', '/networks/mail_net', { 'shop-operator': 404, mixed: 403 }],
    ['DELETE', '/volumes/mail_data', { 'shop-operator': 404, viewer: 403 }],
    ['GET', '/volumes/shop_data', { 'shop-viewer': 200 }],
    ['POST', '/containers/mail-web/attach?stream=1&stdin=1', { 'shop-operator': 404, viewer: 403, 'shop-viewer': 404 }],
    ['PUT', '/containers/shop-web/archive?path=/', { 'shop-viewer': 403 }],
    ['POST', '/volumes/prune', { 'shop-operator': 403, mixed: 403 }],
  ])('%s %s', async (method, path, expected) => {
    for (const [name, status] of Object.entries(expected)) {
      const response = await ask(name as Name, method, `/v1.56${path}`);
      await response.body?.cancel();
      expect({ name, status: response.status }).toEqual({ name, status });
    }
  });

  test('is named by the refusal, and what is not seen does not even exist', async () => {
    const refused = await (await ask('mixed', 'POST', '/v1.56/containers/mail-web/stop')).json();
    expect(refused).toEqual({ message: 'this needs the role operator in project mail, which container mail-web belongs to' });
    const hidden = await (await ask('shop-operator', 'GET', '/v1.56/containers/mail-web/json')).json();
    const missing = await (await ask('shop-operator', 'GET', '/v1.56/containers/none-web/json')).json();
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing).replaceAll('none-web', 'mail-web'));
  });

  test('is not shown by events', async () => {
    const since = Math.floor(Date.now() / 1000) - 600;
    const until = Math.ceil(Date.now() / 1000);
    const events = async (name: Name) => (await ask(name, 'GET', `/v1.56/events?since=${since}&until=${until}`)).text();
    const own = await events('shop-viewer');
    expect(own).toContain('shop-web');
    expect(own).not.toContain('mail');
    expect(await events('viewer')).toContain('mail-web');
  });

  test('is not shown by the live connection', async () => {
    const page = await LivePage.open(suite.daemon, people['shop-operator']);
    const list = page.open('containers', {});
    const volumes = page.open('volumes', {});
    await list.until(({ length }) => length > 0);
    await volumes.until(({ length }) => length > 0);
    expect(list.received[0]?.upsert.flatMap(({ Names }) => Names)).toEqual(['/shop-web']);
    expect(volumes.received[0]?.upsert.map(({ Name }) => Name)).toEqual(['shop_data']);
    const size = { rows: 24, columns: 80 };
    expect((await page.open('terminal', { container: 'mail-web', ...size }).ended).error).toBe('No such container: mail-web');
    expect((await page.open('logs', { container: 'mail-web', tail: 1, follow: true }).ended).error).toBe('No such container: mail-web');
    expect((await page.open('stats', { ids: ['@host'] }).ended).error).toContain('needs the role viewer');
    const shell = page.open('terminal', { container: 'shop-web', ...size });
    shell.input('echo on $((40 + 2))\n');
    await shell.until((received) => Buffer.concat(received).toString().includes('on 42'));
    page.close();
    const watching = await LivePage.open(suite.daemon, people['shop-viewer']);
    expect((await watching.open('terminal', { container: 'shop-web', ...size }).ended).error).toContain('needs the role operator');
    expect((await watching.open('pull', { reference: 'none', start: true }).ended).error).toContain('needs the role operator');
    watching.close();
  });
});

describe('the docker CLI with a token', () => {
  test('sees and does what its owner may, streams included', async () => {
    const docker = await remote('shop-operator');
    expect(await docker.ok('ps', '--format', '{{.Names}}')).toBe('shop-web');
    expect(await docker.feed('typed', 'exec', '-i', 'shop-web', 'cat')).toBe('typed');
    expect((await docker.run(['exec', 'mail-web', 'true'])).stderr).toContain('No such container: mail-web');
    expect((await docker.run(['run', '--rm', BUSYBOX, 'true'])).stderr).toContain('outside of Compose projects');
    const own = ['run', '--rm', '--label', 'com.docker.compose.project=shop'];
    expect(await docker.ok(...own, '-v', 'shop_data:/d', '--network', 'shop_net', BUSYBOX, 'echo', 'hello')).toBe('hello');
  });

  test.each([
    ['a bind mount', ['-v', '/etc:/host']],
    ['a bind mount, as --mount', ['--mount', 'type=bind,source=/etc,target=/host']],
    [
      'a volume with a device',
      ['--mount', 'type=volume,source=made,target=/d,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc'],
    ],
    ['privileges', ['--privileged']],
    ['a capability', ['--cap-add', 'SYS_ADMIN']],
    ['a device', ['--device', '/dev/null']],
    ['the pid namespace of the host', ['--pid', 'host']],
    ['the network of the host', ['--network', 'host']],
    ['the ipc namespace of the host', ['--ipc', 'host']],
    ['the names of the host', ['--uts', 'host']],
    ['no seccomp', ['--security-opt', 'seccomp=unconfined']],
    ['another cgroup', ['--cgroup-parent', '/']],
    ['a log elsewhere', ['--log-driver', 'syslog', '--log-opt', 'syslog-address=udp://127.0.0.1:9']],
    ['the volume of another project', ['-v', 'mail_data:/d']],
    ['the volumes of a container of another project', ['--volumes-from', 'mail-web']],
    ['the network of another project', ['--network', 'mail_net']],
    ['the namespaces of a container of another project', ['--pid', 'container:mail-web']],
    ['a link to another project', ['--link', 'mail-web']],
    ['the label of another project', ['--label', 'com.docker.compose.project=mail']],
  ])('of an operator makes no container with %s', async (_, flags) => {
    const docker = await remote('shop-operator');
    const own = ['create', '--label', 'com.docker.compose.project=shop'];
    const { code, stderr } = await docker.run([...own, ...flags, BUSYBOX, 'true']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/ask an admin|needs the role/);
  });

  test('of an operator of everything does not own the host either', async () => {
    const docker = await remote('operator');
    expect(await docker.ok('run', '--rm', BUSYBOX, 'echo', 'hello')).toBe('hello');
    expect((await docker.run(['create', '-v', '/:/host', BUSYBOX, 'true'])).stderr).toContain('bind / reaches beyond itself to the host');
    expect((await docker.run(['exec', '--privileged', 'mail-web', 'true'])).stderr).toContain('ask an admin');
    expect((await docker.run(['volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/etc', 'v'])).stderr).toContain(
      'ask an admin',
    );
  });

  test('that is narrower than its owner is held to that', async () => {
    const reading = await remote('admin', { role: 'viewer', projects: ['shop'] });
    expect(await reading.ok('ps', '--format', '{{.Names}}')).toBe('shop-web');
    expect((await reading.run(['stop', 'shop-web'])).stderr).toContain('needs the role operator');
    expect((await reading.run(['stop', 'mail-web'])).stderr).toContain('No such container');
  });

  test('is no way to what is a person’s own', async () => {
    const token = await apiToken(suite.daemon, people.admin, { name: 'script' });
    for (const path of ['/dashboard/tokens', '/dashboard/account/sessions', '/dashboard/session']) {
      const response = await fetch(suite.daemon.dashboard + path, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(403);
    }
  });
});

describe('stacks', () => {
  const compose = (service: string) => `services:\n  web:\n    image: ${BUSYBOX}\n    command: sleep 600\n${service}`;

  test('of an operator stay in their folder', async () => {
    expect((await ask('shop-operator', 'POST', '/dashboard/stacks', { name: 'mail', compose: compose(''), env: '' })).status).toBe(403);
    await must(suite.daemon, people.admin, 'PUT', '/dashboard/users/shop-operator', {
      role: 'none',
      projects: { shop: 'operator', own: 'operator' },
      disabled: false,
    });
    await must(suite.daemon, people['shop-operator'], 'POST', '/dashboard/stacks', { name: 'own', compose: compose(''), env: '' });
    const check = async (service: string) =>
      (await ask('shop-operator', 'POST', '/dashboard/stacks/check', { name: 'own', compose: compose(service), env: '' })).text();
    expect(await check('')).toContain('"problems":[]');
    expect(await check('    env_file: /etc/passwd\n')).toContain('is outside of the folder of stack own');
    expect(await check('    extends: { file: /etc/hosts, service: web }\n')).toContain('is outside of the folder of stack own');
    expect((await ask('shop-operator', 'POST', '/dashboard/stacks/check', { name: 'mail', compose: compose(''), env: '' })).status).toBe(
      403,
    );
  });

  test('of an operator are deployed, but not with files of the host', async () => {
    const page = await LivePage.open(suite.daemon, people['shop-operator']);
    const deploy = async (text: string) => {
      await must(suite.daemon, people['shop-operator'], 'PUT', '/dashboard/stacks/own', { compose: text, env: '' });
      const { task } = await must<{ task: string }>(suite.daemon, people['shop-operator'], 'POST', '/dashboard/stacks/own/deploy', {});
      return page.open('deploy', { task }).ended;
    };
    expect((await deploy(compose('    volumes: ["/etc:/host"]\n'))).error).toContain('bind /etc reaches beyond itself to the host');
    expect(await deploy(compose('    configs: [note]\nconfigs:\n  note: { content: hello }\n'))).toEqual({});
    expect(await suite.docker.ok('exec', 'own-web-1', 'cat', '/note')).toBe('hello');
    page.close();
  });
});

describe('somebody whose rights are taken away', () => {
  test('is out at once: pages, live connection, tokens', async () => {
    const { daemon } = suite;
    const guest = await invite(daemon, people.admin, 'guest', { role: 'viewer' });
    const token = await apiToken(daemon, guest, { name: 'script' });
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    const page = await LivePage.open(daemon, guest);
    const logs = '/v1.56/containers/shop-web/logs?follow=1&stdout=1';
    const streams = [await askAs(daemon, guest, 'GET', logs), await fetch(daemon.dashboard + logs, bearer)];
    expect((await fetch(`${daemon.dashboard}/v1.56/info`, bearer)).status).toBe(200);
    await must(daemon, people.admin, 'PUT', '/dashboard/users/guest', { role: 'viewer', projects: {}, disabled: true });
    await page.gone;
    for (const stream of streams) await expect(stream.text()).rejects.toThrow('terminated');
    expect((await askAs(daemon, guest, 'GET', '/v1.56/info')).status).toBe(401);
    expect((await fetch(`${daemon.dashboard}/v1.56/info`, bearer)).status).toBe(401);
    await must(daemon, people.admin, 'DELETE', '/dashboard/users/guest');
    const left = await must<{ name: string }[]>(daemon, people.admin, 'GET', '/dashboard/users');
    expect(left.map(({ name }) => name)).not.toContain('guest');
  });

  test('loses the streams of a token that is removed, and no others', async () => {
    const { daemon } = suite;
    const tokens = await Promise.all(['first', 'second'].map((name) => apiToken(daemon, people.viewer, { name })));
    const [first, second] = await Promise.all(
      tokens.map((token) => fetch(`${daemon.dashboard}/v1.56/events`, { headers: { authorization: `Bearer ${token}` } })),
    );
    const listed = await must<{ id: string; name: string }[]>(daemon, people.viewer, 'GET', '/dashboard/tokens');
    await must(daemon, people.viewer, 'DELETE', `/dashboard/tokens/${listed.find(({ name }) => name === 'first')!.id}`);
    await expect(first!.text()).rejects.toThrow('terminated');
    const reader = second!.body!.getReader();
    await suite.docker.ok('volume', 'create', 'told-of');
    const told = async (): Promise<string> => {
      const { value } = await reader.read();
      const text = Buffer.from(value ?? []).toString();
      return text.includes('told-of') ? text : told();
    };
    expect(await told()).toContain('told-of');
    await reader.cancel();
  });

  test('is never the last admin', async () => {
    const response = await ask('admin', 'DELETE', '/dashboard/users/harbourmaster');
    expect({ status: response.status, text: await response.text() }).toMatchObject({
      status: 409,
      text: expect.stringContaining('the only admin'),
    });
  });
});

// Last: those who may, prune.
describe('every route', () => {
  const all = [...operations, ...dashboardOperations];
  // What would end the walk itself, or take somebody's password: tried elsewhere.
  const walked = all.filter(({ id }) => id !== 'DashboardLogout');

  test('has a rule', () => {
    expect(all.filter(({ access }) => access === undefined).map(({ id }) => id)).toEqual([]);
    expect(all.length).toBeGreaterThan(140);
  });

  test.each(names)('answers %s as its rule says', async (name) => {
    const wrong: string[] = [];
    for (const operation of walked) {
      const status = await statusFor(name, operation);
      const refused = status === (name === 'nobody' ? 401 : 403);
      const wanted = expected(name, operation.access!);
      if (refused !== (wanted === 'refused') || (wanted === 'hidden' && status !== 404))
        wrong.push(`${operation.id} (${operation.access}): ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});
