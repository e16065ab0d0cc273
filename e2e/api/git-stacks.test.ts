import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry, GitSettings, GitState, Stack } from '../../server/src/api/generated/dashboard/types.gen.ts';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { GitServer } from '../fixtures/git-server.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { askAs, invite, must } from '../fixtures/people.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let host: GitServer;
let admin: SignedIn;

beforeAll(async () => {
  host = await GitServer.start();
  admin = await signIn(suite.daemon);
});
afterAll(() => host?.stop());

const SLEEP = 'while :; do sleep 0.2; done';
const compose = (tide: string, more = '') => `
services:
  web:
    image: ${BUSYBOX}
    command: ["sh", "-c", "cat /etc/page; trap 'exit 0' TERM; ${SLEEP}"]
    environment: { TIDE: ${tide}, LAND: "\${LAND:-none}" }
    volumes: ["../page:/etc/page:ro"]
${more}`;
const request = { url: '', ref: 'main', path: 'deploy/compose.yaml', user: '', poll: 0, hook: false };

const ask = (method: string, path: string, body?: unknown) => askAs(suite.daemon, admin, method, `/dashboard/stacks${path}`, body);
const get = <T>(method: string, path: string, body?: unknown) => must<T>(suite.daemon, admin, method, `/dashboard/stacks${path}`, body);
const known = async (name = 'shop') => (await get<Stack>('GET', `/${name}`)).git as GitState;
const file = (path: string, name = 'shop') => readFileSync(join(suite.daemon.dataRoot, 'stacks', name, path), 'utf8');
const tide = async () => (await suite.docker.inspect('shop-web-1')).Config.Env.find((line: string) => line.startsWith('TIDE='));
const audit = (query: string) => must<AuditEntry[]>(suite.daemon, admin, 'GET', `/dashboard/audit?limit=500&${query}`);

/** Runs a deployment to its end; answers its error. */
async function deploy(path: string, body?: unknown): Promise<string | undefined> {
  const { task } = await get<{ task: string }>('POST', path, body);
  const page = await LivePage.open(suite.daemon, admin);
  const { error } = await page.open('deploy', { task }).ended;
  page.close();
  return error;
}

/** Changes some settings. */
async function set(changes: object, name = 'shop'): Promise<GitSettings> {
  const { token: _, asker: __, ...before } = await get<GitSettings>('GET', `/${name}/git`);
  return get('PUT', `/${name}/git`, { ...before, hook: before.hook !== '', ...changes });
}

describe('a stack from git', () => {
  const account = { user: 'ann', token: 's3cret of the host' };
  let hook = '';

  test('is refused when there is no such repository, file or stack in it', async () => {
    host.push({
      'deploy/compose.yaml': compose('low'),
      'deploy/.env': 'LAND=theirs\n',
      'bad.yaml': 'services: { web: { imag: x } }',
      page: 'one\n',
    });
    const make = async (changes: object) => {
      const response = await ask('POST', '/git', { name: 'shop', git: { ...request, url: host.url, ...changes }, env: '' });
      return `${response.status} ${((await response.json()) as { message: string }).message}`;
    };
    expect(await make({ url: host.url.replace('shop', 'none') })).toMatch(/^400 git fetch failed: .*not found/s);
    expect(await make({ ref: 'none' })).toContain('there is no such branch, tag or commit');
    expect(await make({ path: 'none.yaml' })).toBe('400 there is no file none.yaml in the repository');
    expect(await make({ path: 'bad.yaml' })).toContain('imag is not known here');
    expect(await make({ path: '../compose.yaml' })).toContain('is no path of a Compose file');
    expect(await make({ url: '/etc' })).toMatch(/^400 "\/etc" is no address of a git repository/);
    expect(await make({ url: 'file:///etc' })).toMatch(/^400/);
    expect(await make({ url: 'https://ann:word@example.com/a.git' })).toMatch(/^400 user and token are not part of the address/);
    expect(await make({ poll: 1 })).toMatch(/^400 look at the repository every 10 seconds at most/);
    expect(readdirSync(join(suite.daemon.dataRoot, 'stacks')).filter((name) => name !== '.scratch')).toEqual([]);
    expect(await (await ask('GET', '/shop')).text()).toContain('No such stack');
  });

  test('is made with credentials that nobody is told, and keeps a file of variables of its own', async () => {
    host.account = account;
    const git = { ...request, url: host.url, ...account, hook: true };
    expect((await ask('POST', '/git', { name: 'shop', git: { ...git, token: 'wrong' }, env: '' })).status).toBe(400);
    const commit = host.push({ README: 'Read me' });
    const stack = await get<Stack>('POST', '/git', { name: 'shop', git, env: 'LAND=ours\n' });
    expect(stack).toMatchObject({ own: true, compose: compose('low'), env: 'LAND=ours\n' });
    expect(stack.folder).toBe(join(suite.daemon.dataRoot, 'stacks/shop/deploy'));
    expect(stack.git).toMatchObject({ url: host.url, ref: 'main', commit, latest: commit, error: '', deployed: false, hook: true });
    expect(file('README')).toBe('Read me');
    expect(file('deploy/.env')).toBe('LAND=ours\n');
    expect(await get('GET', '/shop/versions')).toMatchObject([{ number: 1, user: 'harbourmaster', commit }]);
    const settings = await get<GitSettings>('GET', '/shop/git');
    expect(settings).toMatchObject({ user: 'ann', token: true, asker: 'harbourmaster' });
    hook = settings.hook;
    for (const path of ['/shop', '/shop/git']) expect(await (await ask('GET', path)).text()).not.toContain(account.token);
    expect((await ask('POST', '/git', { name: 'shop', git, env: '' })).status).toBe(409);
    expect(suite.daemon.output).not.toContain(account.token);
  });

  test('is planned and deployed as others are', async () => {
    const { steps } = await get<{ steps: { action: string; name: string }[] }>('POST', '/shop/plan', { compose: compose('low'), env: '' });
    expect(steps.map(({ action, name }) => `${action} ${name}`)).toContain('create shop-web-1');
    expect(await deploy('/shop/deploy', {})).toBeUndefined();
    expect((await suite.docker.inspect('shop-web-1')).Config.Env).toEqual(expect.arrayContaining(['TIDE=low', 'LAND=ours']));
    await expect.poll(() => suite.docker.ok('logs', 'shop-web-1')).toBe('one');
    expect((await known()).deployed).toBe(true);
  });

  test('is not edited here, but for its variables', async () => {
    const refused = await ask('PUT', '/shop', { compose: compose('other'), env: '' });
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('comes from git: change it in the repository')]);
    const lines = compose('low').replaceAll('\n', '\r\n');
    expect((await ask('PUT', '/shop', { compose: lines, env: 'LAND=own\n' })).status).toBe(204);
    expect(file('deploy/compose.yaml')).toBe(compose('low'));
    expect(file('deploy/.env')).toBe('LAND=own\n');
  });

  test('is made anew when the git host calls, if there are news', async () => {
    const call = (path: string) =>
      fetch(suite.daemon.dashboard + path, {
        method: 'POST',
        body: 'payload=x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const { Id } = await suite.docker.inspect('shop-web-1');
    const before = (await known()).checked;
    expect((await call(hook)).status).toBe(204);
    await expect.poll(async () => (await known()).checked, { timeout: 10_000 }).not.toBe(before);
    expect((await suite.docker.inspect('shop-web-1')).Id).toBe(Id);
    writeFileSync(join(suite.daemon.dataRoot, 'stacks/shop/deploy/own.txt'), 'mine');
    const commit = host.push({ 'deploy/compose.yaml': compose('high'), README: undefined });
    expect((await call(hook)).status).toBe(204);
    await expect.poll(tide, { timeout: 30_000 }).toBe('TIDE=high');
    await expect
      .poll(() => audit('operation=DashboardStackGitDeploy'))
      .toMatchObject([{ user: 'harbourmaster', by: 'webhook', name: 'shop', outcome: 'done' }]);
    expect(await known()).toMatchObject({ commit, latest: commit, error: '' });
    expect(file('deploy/.env')).toBe('LAND=own\n');
    expect(file('deploy/own.txt')).toBe('mine');
    expect(() => file('README')).toThrow('ENOENT');
    expect((await get<{ commit: string }[]>('GET', '/shop/versions'))[0]).toMatchObject({ commit });
    expect((await call(`${hook}0`)).status).toBe(404);
    expect((await call(hook.replace('shop', 'none'))).status).toBe(404);
    const renewed = await get<GitSettings>('POST', '/shop/git/hook');
    expect((await call(hook)).status).toBe(404);
    expect((await call(renewed.hook)).status).toBe(204);
    const guesses = await Promise.all(Array.from({ length: 8 }, () => call(hook)));
    expect(guesses.map(({ status }) => status)).toContain(429);
    expect((await call(renewed.hook)).status).toBe(204);
    expect((await set({ hook: false })).hook).toBe('');
    expect((await call(renewed.hook)).status).not.toBe(204);
  });

  test('is looked at by itself, and what it mounts is made anew with it', async () => {
    host.account = undefined;
    const { poll, token } = await set({ user: '', poll: 10 });
    expect({ poll, token }).toEqual({ poll: 10, token: false });
    expect(Date.parse((await known()).next ?? '')).toBeGreaterThan(Date.now());
    const commit = host.push({ page: 'two\n' });
    await expect.poll(async () => (await known()).commit, { timeout: 30_000 }).toBe(commit);
    await expect.poll(() => suite.docker.ok('logs', 'shop-web-1').catch(() => ''), { timeout: 20_000 }).toBe('two');
    await expect.poll(async () => (await audit('operation=DashboardStackGitDeploy'))[0]?.by).toBe('poll');
  });

  test('stays what it was when the news are no good, and says why', async () => {
    const { commit } = await known();
    const { Id } = await suite.docker.inspect('shop-web-1');
    const bad = host.push({ 'deploy/compose.yaml': 'services: { web: { imag: x } }', page: 'three\n' });
    await expect
      .poll(async () => (await known()).error, { timeout: 30_000 })
      .toBe(`commit ${bad.slice(0, 8)}: deploy/compose.yaml: imag is not known here: is image meant?`);
    expect(await known()).toMatchObject({ commit, latest: bad });
    expect(file('deploy/compose.yaml')).toBe(compose('high'));
    expect(file('page')).toBe('two\n');
    // It is not tried again and again.
    const tried = (await audit('operation=DashboardStackGitDeploy')).length;
    const { checked } = await known();
    await expect.poll(async () => (await known()).checked, { timeout: 20_000 }).not.toBe(checked);
    expect((await audit('operation=DashboardStackGitDeploy')).length).toBe(tried);
    const broken = host.push({ 'deploy/compose.yaml': compose('high', '    entrypoint: /no/such/program\n') });
    await expect.poll(async () => (await known()).error, { timeout: 30_000 }).toContain('/no/such/program');
    expect(await known()).toMatchObject({ commit: broken });
    expect(await suite.docker.inspect('shop-web-1')).toMatchObject({ Id, State: { Status: 'running' } });
    const { url } = await set({ poll: 0 });
    host.account = account;
    expect((await ask('POST', '/shop/git/check')).status).toBe(400);
    expect((await known()).error).toContain('git ls-remote failed');
    const gone = await ask('PUT', '/shop/git', { ...request, url: url.replace('shop', 'none') });
    expect(gone.status).toBe(400);
    expect(await known()).toMatchObject({ url, commit: broken });
    host.account = undefined;
    const mended = host.push({ 'deploy/compose.yaml': compose('ebb') });
    expect(await get('POST', '/shop/git/check')).toMatchObject({ commit: broken, latest: mended });
    expect(await tide()).toBe('TIDE=high');
    expect(await deploy('/shop/git/deploy')).toBeUndefined();
    expect(await tide()).toBe('TIDE=ebb');
    expect(await known()).toMatchObject({ commit: mended, latest: mended, error: '' });
  });

  test('that is taken down is not started by news, and goes its own way when detached', async () => {
    for (const [action, deployed] of [
      ['stop', false],
      ['start', true],
      ['down', false],
    ] as const) {
      expect(await deploy('/shop/act', { action })).toBeUndefined();
      expect((await known()).deployed).toBe(deployed);
    }
    const { hook: path } = await set({ hook: true });
    const commit = host.push({ 'deploy/compose.yaml': compose('neap') });
    await fetch(suite.daemon.dashboard + path, { method: 'POST' });
    await expect.poll(async () => (await known()).commit, { timeout: 20_000 }).toBe(commit);
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
    expect((await ask('DELETE', '/shop/git')).status).toBe(204);
    expect(await get('GET', '/shop')).not.toHaveProperty('git');
    expect((await ask('PUT', '/shop', { compose: compose('own'), env: '' })).status).toBe(204);
    expect(file('deploy/compose.yaml')).toBe(compose('own'));
    expect((await ask('DELETE', '/shop')).status).toBe(204);
    expect(readdirSync(join(suite.daemon.dataRoot, 'stacks'))).not.toContain('shop');
  });
});

test('a daemon that ended while news were deployed says so, and takes them up when asked', async () => {
  const text = (more: string) => `services:
  web:
    image: ${BUSYBOX}
    command: sleep 600
${more}`;
  const waits = `    depends_on: { db: { condition: service_healthy } }
  db:
    image: ${BUSYBOX}
    command: sleep 600
    healthcheck: { test: "false", interval: 60s, retries: 40 }
`;
  const first = host.push({ 'quay.yaml': text('') });
  await get('POST', '/git', { name: 'quay', git: { ...request, url: host.url, path: 'quay.yaml' }, env: '' });
  expect(await deploy('/quay/deploy', {})).toBeUndefined();
  const second = host.push({ 'quay.yaml': text(waits) });
  await get('POST', '/quay/git/deploy');
  await expect.poll(() => suite.docker.ok('ps', '-q', '--filter', 'name=quay-db'), { timeout: 20_000 }).not.toBe('');
  await suite.daemon.stop('SIGKILL');
  await suite.daemon.start();
  const error = `commit ${second.slice(0, 8)}: the daemon ended while this was deployed`;
  expect(await known('quay')).toMatchObject({ commit: second, error });
  host.push({ 'quay.yaml': text('') });
  expect(await deploy('/quay/git/deploy')).toBeUndefined();
  expect(await known('quay')).toMatchObject({ error: '' });
  expect(await suite.docker.ok('ps', '-aq', '--filter', 'name=quay-db')).toBe('');
  await set({ ref: first }, 'quay');
  expect(await known('quay')).toMatchObject({ ref: first, commit: first, latest: first });
  expect(await get('POST', '/quay/git/check')).toMatchObject({ latest: first, error: '' });
  await suite.docker.ok('rm', '-f', 'quay-web-1');
});

describe('a stack from git of an operator', () => {
  test('gets nothing of the host, by its repository neither', async () => {
    const operator = await invite(suite.daemon, admin, 'sailor', { role: 'none', projects: { boat: 'operator' } });
    const text = (more: string) => `services:\n  web:\n    image: ${BUSYBOX}\n    command: sleep 600\n${more}`;
    host.push({ 'boat.yaml': text('') });
    const git = { ...request, url: host.url, path: 'boat.yaml', hook: true };
    const make = (name: string) => askAs(suite.daemon, operator, 'POST', '/dashboard/stacks/git', { name, git, env: '' });
    expect((await make('mail')).status).toBe(403);
    expect((await make('boat')).status).toBe(201);
    const page = await LivePage.open(suite.daemon, operator);
    const { task } = await must<{ task: string }>(suite.daemon, operator, 'POST', '/dashboard/stacks/boat/git/deploy');
    expect(await page.open('deploy', { task }).ended).toEqual({});
    page.close();
    const { hook } = await must<GitSettings>(suite.daemon, operator, 'GET', '/dashboard/stacks/boat/git');
    const call = () => fetch(suite.daemon.dashboard + hook, { method: 'POST' });
    host.push({ 'boat.yaml': text('    volumes: ["/etc:/host"]\n') });
    await call();
    await expect
      .poll(async () => (await known('boat')).error, { timeout: 20_000 })
      .toContain('bind /etc reaches beyond itself to the host');
    host.push({ 'boat.yaml': text('    env_file: /etc/passwd\n') });
    await call();
    await expect.poll(async () => (await known('boat')).error, { timeout: 20_000 }).toContain('is outside of the folder of stack boat');
    host.push({ 'boat.yaml': text('    environment: { TIDE: high }\n') });
    await must(suite.daemon, admin, 'PUT', '/dashboard/users/sailor', { role: 'none', projects: { boat: 'viewer' }, disabled: false });
    await call();
    await expect
      .poll(async () => (await known('boat')).error, { timeout: 20_000 })
      .toContain('is updated for sailor, who needs the role operator');
    const viewer = await askAs(suite.daemon, operator, 'GET', '/dashboard/stacks/boat/git');
    expect(viewer.status).toBe(403);
    await suite.docker.ok('rm', '-f', 'boat-web-1');
  });
});
