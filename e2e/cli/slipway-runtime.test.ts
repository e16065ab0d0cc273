import { chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Outcome, run } from '../fixtures/process.ts';

const program = join(import.meta.dirname, '../../native/build/slipway-runtime');
let root = '';
let bundle = '';
const made: string[] = [];

/** Runs `slipway-runtime ARGS` on a state folder of its own. */
const runtime = (...args: string[]): Promise<Outcome> => run(program, ['--root', join(root, 'state'), ...args]);

/** What the command printed; it must succeed. */
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runtime(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Creates a container of the bundle, whose output goes nowhere: what it inherits stays open for as long as it runs. */
async function create(id: string, ...flags: string[]): Promise<void> {
  const line = ['exec "$@" < /dev/null > /dev/null 2> "$0"', join(root, 'output'), program, '--root', join(root, 'state'), 'create'];
  const { code } = await run('sh', ['-c', ...line, '--bundle', bundle, ...flags, id]);
  expect([code, readFileSync(join(root, 'output'), 'utf8')]).toEqual([0, '']);
}

type Spec = any;

/** Writes the bundle's config.json: the example that `spec` gives, changed. */
async function configure(args: readonly string[], change: (spec: Spec) => void = () => undefined): Promise<void> {
  rmSync(join(bundle, 'config.json'), { force: true });
  await ok('spec', '--bundle', bundle);
  const spec: Spec = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  spec.process.terminal = false;
  spec.process.args = args;
  change(spec);
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
}

/** A name for a container that is deleted after the test. */
function named(name: string): string {
  made.push(name);
  return name;
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-oci-cli-'));
  bundle = join(root, 'bundle');
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc']) mkdirSync(join(bundle, 'rootfs', folder), { recursive: true });
  copyFileSync('/bin/busybox', join(bundle, 'rootfs/bin/busybox'));
  for (const name of ['sh', 'cat', 'echo', 'sleep', 'ls', 'true', 'cut', 'uname', 'tail'])
    symlinkSync('busybox', join(bundle, 'rootfs/bin', name));
});
afterEach(async () => {
  for (const name of made.splice(0)) await runtime('delete', '--force', name);
});
afterAll(() => rmSync(root, { recursive: true }));

test('goes through the phases of a container', async () => {
  const id = named('phases');
  await configure(['sleep', '1000']);
  await create(id, '--pid-file', join(root, 'pid'));
  const pid = Number(readFileSync(join(root, 'pid'), 'utf8'));
  const state = async () => JSON.parse(await ok('state', id));
  expect(await state()).toMatchObject({ ociVersion: '1.2.0', id, status: 'created', pid, bundle });
  expect((await runtime('create', '--bundle', bundle, id)).stderr).toContain('already exists');
  await ok('start', id);
  expect((await runtime('start', id)).code).toBe(1);
  expect((await state()).status).toBe('running');
  expect(JSON.parse(await ok('ps', '--format', 'json', id))).toEqual([pid]);
  expect(await ok('ps', id)).toMatch(/PID[^]*sleep 1000/);
  expect(JSON.parse(await ok('list', '--format', 'json'))).toMatchObject([{ id, status: 'running' }]);
  expect(await runtime('exec', '--env', 'A=b', id, 'sh', '-c', 'echo $A; exit 3')).toMatchObject({ code: 3, stdout: 'b\n' });
  await ok('pause', id);
  expect((await state()).status).toBe('paused');
  expect((await runtime('exec', id, 'true')).stderr).toContain('paused');
  await ok('resume', id);
  await ok('update', '--pids-limit', '33', id);
  expect((await runtime('delete', id)).stderr).toContain('not stopped');
  await ok('kill', id, 'SIGKILL');
  await expect.poll(async () => (await state()).status).toBe('stopped');
  await ok('delete', id);
  expect(await runtime('state', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('no such file or directory') });
  expect(await run('sh', ['-c', 'ls -d /sys/fs/cgroup/*/slipway-runtime 2>/dev/null'])).toMatchObject({ stdout: '' });
});

test('runs hooks at their points, each with the state, and fails when one does', async () => {
  const log = join(root, 'hooks');
  const hook = (name: string) => ({
    path: '/bin/sh',
    args: [
      'sh',
      '-c',
      `read state; case $state in *hooked*) echo "${name} $(echo $state | sed 's/.*"status":"\\([a-z]*\\)".*/\\1/')" >> ${log};; esac`,
    ],
    env: ['PATH=/usr/bin:/bin'],
    timeout: 30,
  });
  await configure(['sleep', '1000'], (spec) => {
    spec.hooks = Object.fromEntries(['prestart', 'createRuntime', 'poststart', 'poststop'].map((name) => [name, [hook(name)]]));
    // These two are in the container's own namespaces: the first before its root is its own, the second in it.
    spec.hooks.createContainer = [hook('createContainer')];
    spec.hooks.startContainer = [{ path: '/bin/sh', args: ['sh', '-c', 'cat > /dev/shm/state'] }];
  });
  const id = named('hooked');
  await create(id);
  const lines = () => readFileSync(log, 'utf8').trim().split('\n');
  expect(lines()).toEqual(['prestart creating', 'createRuntime creating', 'createContainer creating']);
  await ok('start', id);
  expect(await ok('exec', id, 'cat', '/dev/shm/state')).toContain('"id":"hooked"');
  await ok('delete', '--force', id);
  expect(lines().slice(3)).toEqual(['poststart running', 'poststop stopped']);
  await configure(['true'], (spec) => (spec.hooks = { createRuntime: [{ path: '/bin/false' }] }));
  expect(await runtime('create', '--bundle', bundle, named('broken'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('run hook "/bin/false"'),
  });
  expect((await runtime('state', 'broken')).code).toBe(1);
});

test('keeps the descriptors that it is asked to keep, and no other', async () => {
  await configure(['sh', '-c', 'cat <&3; ls /proc/self/fd | tr "\\n" " "']);
  writeFileSync(join(root, 'given'), 'given\n');
  const command = (flag: string) =>
    run('sh', [
      '-c',
      `exec 3< ${root}/given 4< ${root}/given; exec ${program} --root ${root}/state run ${flag} --bundle ${bundle} ${named('kept')}`,
    ]);
  // ls itself opens one more.
  expect((await command('--preserve-fds 1')).stdout).toBe('given\n0 1 2 3 4 ');
  expect((await command('')).stdout).toBe('0 1 2 3 ');
});

test('sets what the specification has for a process', async () => {
  await configure(
    ['sh', '-c', 'cat /proc/self/timens_offsets; cut -d " " -f 19 /proc/self/stat; uname -m; cat /proc/self/oom_score_adj'],
    (spec) => {
      spec.linux.namespaces.push({ type: 'time' });
      spec.linux.timeOffsets = { boottime: { secs: 500 } };
      spec.process.scheduler = { policy: 'SCHED_BATCH', nice: 7 };
      spec.process.ioPriority = { class: 'IOPRIO_CLASS_IDLE', priority: 0 };
      spec.process.oomScoreAdj = 900;
      spec.linux.personality = { domain: 'LINUX' };
    },
  );
  const { stdout, stderr } = await runtime('run', '--bundle', bundle, named('process'));
  expect([stderr, stdout]).toEqual(['', expect.stringMatching(/^monotonic +0 +0\nboottime +500 +0\n7\n\w+\n900\n$/)]);
});

test('shows a bind with its owners mapped, and fills a tmpfs with what it covers', async () => {
  const shared = join(root, 'shared');
  mkdirSync(shared);
  writeFileSync(join(shared, 'file'), '');
  chownSync(join(shared, 'file'), 5, 6);
  mkdirSync(join(bundle, 'rootfs/covered/folder'), { recursive: true });
  writeFileSync(join(bundle, 'rootfs/covered/folder/file'), 'below\n', { mode: 0o640 });
  await configure(
    ['sh', '-c', 'ls -ln /shared | tail -n 1; cat /covered/folder/file; ls -l /covered/folder/file; echo > /covered/new'],
    (spec) => {
      const mappings = (hostID: number) => [{ containerID: 0, hostID, size: 100 }];
      const owners = { uidMappings: mappings(2000), gidMappings: mappings(3000) };
      spec.mounts.push({ destination: '/shared', type: 'bind', source: shared, options: ['rbind', 'idmap'], ...owners });
      spec.mounts.push({ destination: '/covered', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
    },
  );
  const { stdout, stderr } = await runtime('run', '--bundle', bundle, named('mounts'));
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\S+ +1 2005 +3006 .* file\nbelow\n-rw-r----- .*\n$/);
  expect(existsSync(join(bundle, 'rootfs/covered/new'))).toBe(false);
});

test('binds an exec to the processors asked for', async () => {
  const id = named('bound');
  await configure(['sleep', '1000'], (spec) => (spec.process.execCPUAffinity = { initial: '0', final: '0' }));
  await create(id);
  await ok('start', id);
  expect(await ok('exec', id, 'cat', '/proc/self/status')).toMatch(/^Cpus_allowed_list:\s+0$/m);
});

test.each([
  ['a spec without a version', (spec: Spec) => delete spec.ociVersion, 'ociVersion'],
  ['resource control of caches', (spec: Spec) => (spec.linux.intelRdt = { closID: 'x' }), 'intelRdt'],
  ['a relative working folder', (spec: Spec) => (spec.process.cwd = 'tmp'), 'process.cwd'],
  ['a mount over /proc/self', (spec: Spec) => spec.mounts.push({ destination: '/proc/self', type: 'tmpfs' }), '/proc'],
  ['a working folder behind a descriptor', (spec: Spec) => (spec.process.cwd = '/proc/self/fd/7'), 'chdir to cwd'],
  ['a program that is not there', (spec: Spec) => (spec.process.args = ['nosuch']), 'executable file not found in $PATH'],
])('refuses %s, and leaves nothing', async (_, change, message) => {
  await configure(['true'], change);
  const log = join(root, 'log');
  rmSync(log, { force: true });
  const outcome = await runtime('--log', log, '--log-format', 'json', 'run', '--bundle', bundle, 'refused');
  expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ level: 'error', msg: expect.stringContaining(message) });
  expect(existsSync(join(root, 'state/refused'))).toBe(false);
  expect(await run('sh', ['-c', 'ls -d /sys/fs/cgroup/*/slipway-runtime 2>/dev/null'])).toMatchObject({ stdout: '' });
});

test.each([
  [['--systemd-cgroup', 'state', 'x'], 'cgroupfs'],
  [['create', '--no-pivot', 'x'], '--no-pivot'],
  [['create', '../x'], 'container ID'],
  [['checkpoint', 'x'], 'checkpoint'],
  [['create', '--nosuch', 'x'], '--nosuch'],
])('refuses %j', async (args, message) => {
  expect(await runtime(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

test('tells its version and features', async () => {
  expect(await ok('--version')).toMatch(/^slipway-runtime version \d.*\nspec: 1\.2\.0\n$/);
  expect(JSON.parse(await ok('features'))).toMatchObject({
    ociVersionMax: '1.2.0',
    linux: { namespaces: expect.arrayContaining(['time']) },
  });
});
