import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeployProgress } from '../../server/src/api/live/protocol.ts';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { LivePage, signIn, type SignedIn } from '../fixtures/live-page.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let who: SignedIn;
let page: LivePage;

beforeAll(async () => {
  who = await signIn(suite.daemon);
  page = await LivePage.open(suite.daemon, who);
});
afterAll(() => page?.close());

/** Asks the dashboard's own API as the page does. */
async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }> {
  const response = await fetch(`${suite.daemon.dashboard}/dashboard/${path}`, {
    method,
    headers: { cookie: who.cookie, 'x-slipway-token': who.token, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : undefined };
}

/** Runs a deployment to its end; answers what it told last of everything, and its error. */
async function deploy(path: string, body: unknown): Promise<{ told: Map<string, DeployProgress>; error: string | undefined }> {
  const { status, json } = await ask('POST', path, body);
  expect({ status, json }).toMatchObject({ status: 201 });
  const channel = page.open('deploy', { task: json.task });
  const { error } = await channel.ended;
  return { told: new Map(channel.received.flat().map((message) => [`${message.subject} ${message.part ?? ''}`.trim(), message])), error };
}

const SLEEP = 'while :; do sleep 0.2; done';
const state = async (name: string) => (await suite.docker.inspect(name)).State.Status as string;

describe('a stack of the daemon’s own', () => {
  const compose = (mode: string) => `
services:
  db:
    image: ${BUSYBOX}
    command: ["sh", "-c", "trap 'exit 0' TERM; touch /ready; ${SLEEP}"]
    healthcheck: { test: test -f /ready, interval: 500ms, retries: 40 }
    volumes: ["data:/data", "/scratch"]
  web:
    image: \${IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; ${SLEEP}"]
    environment: { MODE: ${mode} }
    secrets: [token]
    depends_on: { db: { condition: service_healthy } }
volumes: { data: }
secrets: { token: { content: s3cret } }
`;
  const content = (mode: string) => ({ compose: compose(mode), env: `IMAGE=${BUSYBOX}\n` });

  test('is checked, kept as plain files, planned and deployed in the order it says', async () => {
    const wrong = await ask('POST', 'stacks/check', { name: 'shop', compose: 'services: { web: { imag: x } }', env: '' });
    expect(wrong.json.problems[0]).toMatchObject({ severity: 'error', message: 'imag is not known here: is image meant?' });
    expect((await ask('POST', 'stacks', { name: 'shop', ...content('fast') })).status).toBe(201);
    expect(readFileSync(join(suite.daemon.dataRoot, 'stacks/shop/compose.yaml'), 'utf8')).toBe(compose('fast'));
    const plan = await ask('POST', 'stacks/shop/plan', content('fast'));
    expect(plan.json.steps.map(({ kind, action, name }: any) => `${action} ${kind} ${name}`)).toEqual([
      'create network shop_default',
      'create volume shop_data',
      'create container shop-db-1',
      'create container shop-web-1',
    ]);
    const { told, error } = await deploy('stacks/shop/deploy', {});
    expect(error).toBeUndefined();
    expect(told.get('service web')).toMatchObject({ status: 'Running', done: true });
    expect([await state('shop-db-1'), await state('shop-web-1')]).toEqual(['running', 'running']);
    expect(await suite.docker.ok('exec', 'shop-web-1', 'cat', '/run/secrets/token')).toBe('s3cret');
    expect(await suite.docker.ok('exec', 'shop-web-1', 'sh', '-c', 'nslookup db | grep -c Address; echo $MODE')).toContain('fast');
    const labels = (await suite.docker.inspect('shop-web-1')).Config.Labels;
    expect(labels).toMatchObject({
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'web',
      'com.docker.compose.oneoff': 'False',
    });
  });

  test('changes only what its file changes, beforehand shown, and keeps anonymous volumes', async () => {
    await suite.docker.ok('exec', 'shop-web-1', 'touch', '/inside');
    await suite.docker.ok('exec', 'shop-db-1', 'touch', '/scratch/kept');
    const before = (await suite.docker.inspect('shop-db-1')).Id;
    const plan = await ask('POST', 'stacks/shop/plan', content('slow'));
    const steps = plan.json.steps.filter(({ kind }: any) => kind === 'container');
    expect(steps).toMatchObject([
      { action: 'keep', name: 'shop-db-1', changes: [] },
      { action: 'recreate', name: 'shop-web-1', changes: [{ field: 'Env.MODE', from: 'fast', to: 'slow', live: false }] },
    ]);
    expect((await ask('PUT', 'stacks/shop', content('slow'))).status).toBe(204);
    expect((await deploy('stacks/shop/deploy', {})).error).toBeUndefined();
    expect((await suite.docker.inspect('shop-db-1')).Id).toBe(before);
    expect((await suite.docker.inspect('shop-web-1')).Config.Env).toContain('MODE=slow');
    expect((await deploy('stacks/shop/deploy', { services: ['db'], recreate: true })).error).toBeUndefined();
    expect((await suite.docker.inspect('shop-db-1')).Id).not.toBe(before);
    expect(await suite.docker.ok('exec', 'shop-db-1', 'ls', '/scratch')).toBe('kept');
  });

  test('has versions to return to', async () => {
    const { json } = await ask('GET', 'stacks/shop/versions');
    expect(json).toMatchObject([
      { number: 2, user: 'harbourmaster' },
      { number: 1, user: 'harbourmaster' },
    ]);
    expect((await ask('GET', 'stacks/shop/versions/1')).json).toEqual(content('fast'));
  });

  test('brings the old container back when the new one cannot start', async () => {
    const broken = {
      compose: compose('slow').replace('environment: { MODE: slow }', 'entrypoint: /no/such/program'),
      env: content('').env,
    };
    const id = (await suite.docker.inspect('shop-web-1')).Id;
    await ask('PUT', 'stacks/shop', broken);
    const { told, error } = await deploy('stacks/shop/deploy', {});
    expect(error).toMatch(/no\/such\/program/);
    expect(told.get('service web')).toMatchObject({ status: 'Failed' });
    expect(await suite.docker.inspect('shop-web-1')).toMatchObject({ Id: id, State: { Status: 'running' } });
    await ask('PUT', 'stacks/shop', content('slow'));
  });

  test('is called off while it waits', async () => {
    const stuck = {
      compose: compose('slow').replace('test -f /ready', 'false').replace('interval: 500ms, retries: 40', 'interval: 60s, retries: 40'),
      env: content('').env,
    };
    await ask('PUT', 'stacks/shop', stuck);
    const { json } = await ask('POST', 'stacks/shop/deploy', { recreate: true });
    const channel = page.open('deploy', { task: json.task });
    await channel.until((received) => received.flat().some(({ status }) => status.includes('to be healthy')));
    expect((await ask('POST', 'stacks/shop/deploy', {})).status).toBe(409);
    expect((await ask('DELETE', `tasks/${json.task}`)).status).toBe(204);
    expect((await channel.ended).error).toContain('called off');
    await ask('PUT', 'stacks/shop', content('slow'));
  });

  test('stops, starts and goes, with its volumes when asked', async () => {
    expect((await deploy('stacks/shop/deploy', {})).error).toBeUndefined();
    expect((await deploy('stacks/shop/act', { action: 'stop' })).error).toBeUndefined();
    expect(await state('shop-web-1')).toBe('exited');
    expect((await deploy('stacks/shop/act', { action: 'start' })).error).toBeUndefined();
    expect(await state('shop-web-1')).toBe('running');
    expect((await ask('DELETE', 'stacks/shop')).status).toBe(409);
    expect((await deploy('stacks/shop/act', { action: 'down', volumes: true })).error).toBeUndefined();
    expect(await suite.docker.ok('ps', '-aq', '--filter', 'label=com.docker.compose.project=shop')).toBe('');
    expect(await suite.docker.ok('network', 'ls', '-q', '--filter', 'name=shop_default')).toBe('');
    expect(await suite.docker.ok('volume', 'ls', '-q', '--filter', 'name=shop_data')).toBe('');
    expect((await ask('DELETE', 'stacks/shop')).status).toBe(204);
    expect((await ask('GET', 'stacks/shop')).status).toBe(404);
  });
});

test('an image that the file says how to build is built, and again when asked', async () => {
  const app = join(suite.daemon.dataRoot, 'stacks/built/app');
  const compose = 'services: { web: { build: { context: ./app, args: { TIDE: high } }, command: sleep 600, stop_grace_period: 0s } }';
  expect((await ask('POST', 'stacks', { name: 'built', compose, env: '' })).status).toBe(201);
  mkdirSync(app);
  writeFileSync(join(app, 'Dockerfile'), `FROM ${BUSYBOX}\nARG TIDE\nENV TIDE=$TIDE\nCOPY hello /hello\n`);
  writeFileSync(join(app, 'hello'), 'ahoy');
  expect((await ask('POST', 'stacks/built/plan', { compose, env: '' })).json.steps).toContainEqual(
    expect.objectContaining({ kind: 'image', action: 'build', name: 'built-web' }),
  );
  expect((await deploy('stacks/built/deploy', {})).error).toBeUndefined();
  expect(await suite.docker.ok('exec', 'built-web-1', 'sh', '-c', 'cat /hello; echo " $TIDE"')).toBe('ahoy high');
  writeFileSync(join(app, 'hello'), 'farewell');
  expect((await deploy('stacks/built/deploy', { build: true })).error).toBeUndefined();
  expect(await suite.docker.ok('exec', 'built-web-1', 'cat', '/hello')).toBe('farewell');
  expect((await deploy('stacks/built/act', { action: 'down' })).error).toBeUndefined();
  expect((await ask('DELETE', 'stacks/built')).status).toBe(204);
});

describe('a project that docker compose started in a terminal', () => {
  test('is the same stack: its files are found, and what fits is not made anew', async () => {
    const folder = join(suite.daemon.root, 'elsewhere');
    mkdirSync(folder);
    const file = join(folder, 'docker-compose.yml');
    const compose = `services:\n  app:\n    image: ${BUSYBOX}\n    command: sleep 600\n    environment: { A: "1" }\n    networks: [front]\n    stop_grace_period: 0s\nnetworks: { front: }\n`;
    writeFileSync(file, compose);
    const project = 'com.docker.compose.project';
    await suite.docker.ok(
      'network',
      'create',
      '--label',
      `${project}=elsewhere`,
      '--label',
      'com.docker.compose.network=front',
      'elsewhere_front',
    );
    const labels = {
      [project]: 'elsewhere',
      [`${project}.config_files`]: file,
      [`${project}.working_dir`]: folder,
      'com.docker.compose.service': 'app',
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      'com.docker.compose.config-hash': 'of another make',
    };
    const flags = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    await suite.docker.ok(
      'run',
      '-d',
      '--name',
      'elsewhere-app-1',
      '--network',
      'elsewhere_front',
      '--network-alias',
      'app',
      '--network-alias',
      'elsewhere-app-1',
      '-e',
      'A=1',
      '--stop-timeout',
      '0',
      ...flags,
      BUSYBOX,
      'sleep',
      '600',
    );
    const list = page.open('stacks', {});
    await list.until((received) => received.some(({ upsert }) => upsert.some(({ name }) => name === 'elsewhere')));
    list.close();
    expect((await ask('GET', 'stacks/elsewhere')).json).toMatchObject({ own: false, folder, files: [file], compose });
    const plan = await ask('POST', 'stacks/elsewhere/plan', { compose, env: '' });
    expect(plan.json.steps).toMatchObject([{ kind: 'container', action: 'keep', name: 'elsewhere-app-1', changes: [] }]);
    expect((await ask('PUT', 'stacks/elsewhere', { compose: compose.replace('A: "1"', 'A: "2"'), env: '' })).status).toBe(204);
    expect(readFileSync(file, 'utf8')).toContain('A: "2"');
    expect((await deploy('stacks/elsewhere/deploy', {})).error).toBeUndefined();
    expect((await suite.docker.inspect('elsewhere-app-1')).Config.Env).toContain('A=2');
    expect((await deploy('stacks/elsewhere/act', { action: 'down' })).error).toBeUndefined();
  });
});
