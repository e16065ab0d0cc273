import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { startVolumePlugin, type VolumePlugin } from '../fixtures/volume-plugin.ts';

const suite = useDaemon();
const docker = (...args: string[]) => suite.docker.ok(...args);
/** Tests that start the daemon anew, on a machine that has much else to do. */
const RESTARTS = { timeout: 180_000 };
const PATIENCE = { timeout: 20_000 };
const run = (volume: string, script: string) => docker('run', '--rm', '-v', `${volume}:/data`, BUSYBOX, 'sh', '-c', script);
const mounts = (path: string) =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === path);

describe('docker volume', () => {
  test('lists by name, label, driver and whether it is used', async () => {
    await docker('volume', 'create', '--label', 'deck=upper', '--label', 'side', 'ls-one');
    await docker('volume', 'create', '--label', 'deck=lower', 'ls-two');
    await docker('create', '--name', 'user', '-v', 'ls-two:/data', BUSYBOX);
    const list = (...filters: string[]) => docker('volume', 'ls', '-q', ...filters.flatMap((filter) => ['--filter', filter]));
    expect(await list('name=ls-')).toBe('ls-one\nls-two');
    expect(await list('name=^ls-o')).toBe('ls-one');
    expect(await list('label=deck')).toBe('ls-one\nls-two');
    expect(await list('label=deck=upper', 'label=side')).toBe('ls-one');
    expect(await list('dangling=true', 'name=ls-')).toBe('ls-one');
    expect(await list('dangling=false', 'driver=local')).toBe('ls-two');
    expect(await list('driver=none')).toBe('');
    for (const wrong of ['dangling=perhaps', 'colour=red'])
      expect((await suite.docker.run(['volume', 'ls', '--filter', wrong])).stderr).toContain('invalid filter');
    await docker('rm', 'user');
    await docker('volume', 'rm', 'ls-one', 'ls-two');
  });

  test('prunes anonymous ones, with --all also named ones, never what is mounted from elsewhere', async () => {
    await docker('volume', 'create', '--label', 'keep=1', 'named');
    await docker('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', 'elsewhere');
    const anonymous = await docker('volume', 'create');
    expect(await docker('volume', 'prune', '-f')).toContain(anonymous);
    expect(await docker('volume', 'prune', '-af', '--filter', 'label!=keep')).not.toContain('named');
    expect(await docker('volume', 'prune', '-af', '--filter', 'label=keep=1')).toContain('named');
    expect(await docker('volume', 'ls', '-q')).toBe('elsewhere');
    await docker('volume', 'rm', 'elsewhere');
    expect((await suite.docker.run(['volume', 'rm', 'elsewhere'])).stderr).toContain('no such volume');
    await docker('volume', 'rm', '-f', 'elsewhere');
  });

  test('tells the size of volumes and who uses them', async () => {
    await run('sized', 'head -c 100000 /dev/zero > /data/file');
    const { json } = await suite.http.get('/system/df?type=volume&verbose=1');
    expect(json.VolumeUsage.Items).toContainEqual(expect.objectContaining({ Name: 'sized', UsageData: { Size: 100000, RefCount: 0 } }));
    await docker('volume', 'rm', 'sized');
  });
});

test('a new volume takes what the image shows at its place, as it is there, and nothing that a later step has deleted', async () => {
  const steps = [
    `FROM ${BUSYBOX}`,
    'RUN mkdir -p /data /kept/in && echo gone > /data/gone && echo gone > /kept/gone',
    'RUN rm -rf /data && mkdir /data && echo new > /data/new && ln -s new /data/link && rm /kept/gone',
    'RUN cd /data && chown -R 7:8 . && chmod 2750 . && chmod 4755 new && touch -d "2001-02-03 04:05:06" new && ln new linked',
  ];
  await suite.docker.feed(steps.join('\n'), 'build', '-q', '-t', 'filled', '-');
  const look = 'cd /data && ls -A && stat -c "%u:%g %a" . new && stat -c "%h %Y" new && readlink link && cat linked';
  const there = await docker('run', '--rm', 'filled', 'sh', '-c', look);
  expect(there).toBe('link\nlinked\nnew\n7:8 2750\n7:8 4755\n2 981173106\nnew\nnew');
  expect(await docker('run', '--rm', '-v', '/data', 'filled', 'sh', '-c', look)).toBe(there);
  expect(await docker('run', '--rm', '-v', '/kept', 'filled', 'ls', '-A', '/kept')).toBe('in');
  expect(await docker('run', '--rm', '-v', '/nowhere', 'filled', 'ls', '-A', '/nowhere')).toBe('');
  const part = (path: string) =>
    docker('run', '--rm', `--mount=type=image,source=filled,target=/part,image-subpath=${path}`, BUSYBOX, 'ls', '-A', '/part');
  expect(await part('data')).toBe('link\nlinked\nnew');
  await docker('rmi', 'filled');
});

describe('a local volume with options', () => {
  test('is a tmpfs for as long as a container uses it, across a restart of the daemon', RESTARTS, async () => {
    await docker('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', '-o', 'o=size=2m,uid=1000', 'fast');
    const { Mountpoint, Options } = JSON.parse(await docker('volume', 'inspect', 'fast'))[0];
    expect(Options).toEqual({ type: 'tmpfs', device: 'tmpfs', o: 'size=2m,uid=1000' });
    await docker('run', '-d', '--name', 'holder', '-v', 'fast:/data', BUSYBOX, 'sh', '-c', 'echo kept > /data/file; sleep 600');
    await expect.poll(() => suite.docker.run(['exec', 'holder', 'cat', '/data/file']), PATIENCE).toMatchObject({ stdout: 'kept\n' });
    expect(await docker('exec', 'holder', 'stat', '-c', '%u', '/data')).toBe('1000');
    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    expect(mounts(Mountpoint)).toHaveLength(1);
    expect(await run('fast', 'cat /data/file')).toBe('kept');
    await docker('rm', '-f', 'holder');
    await expect.poll(() => mounts(Mountpoint), PATIENCE).toEqual([]);
    await docker('volume', 'rm', 'fast');
  });

  test('is a folder of the host, which stays when the volume goes', async () => {
    const folder = join(suite.daemon.root, 'host-folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), 'from the host');
    await docker('volume', 'create', '-o', 'type=none', '-o', `device=${folder}`, '-o', 'o=bind', 'bound');
    expect(await run('bound', 'cat /data/file; echo more > /data/more')).toBe('from the host');
    await docker('volume', 'rm', 'bound');
    expect(readFileSync(join(folder, 'more'), 'utf8')).toBe('more\n');
  });

  test('tells why it cannot be mounted, and what options there are not', async () => {
    await docker('volume', 'create', '-o', 'type=nothing', '-o', 'device=x', 'broken');
    const { code, stderr } = await suite.docker.run(['run', '--rm', '-v', 'broken:/data', BUSYBOX]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('failed to mount local volume');
    await docker('volume', 'rm', 'broken');
    expect((await suite.docker.run(['volume', 'create', '-o', 'colour=red'])).stderr).toContain('invalid option: "colour"');
  });
});

describe('a folder of a volume', () => {
  const mount = (subpath: string) => ['--mount', `type=volume,src=sub,dst=/part,volume-subpath=${subpath}`];
  const inside = (subpath: string, ...command: string[]) => suite.docker.run(['run', '--rm', ...mount(subpath), BUSYBOX, ...command]);

  test('is all that a container sees, and what it writes to', async () => {
    await run('sub', 'mkdir -p /data/a/b; echo deep > /data/a/b/file; echo top > /data/file');
    expect((await inside('a/b', 'sh', '-c', 'ls /part; cat /part/file; echo new > /part/made')).stdout).toBe('file\ndeep\n');
    expect(await run('sub', 'cat /data/a/b/made')).toBe('new');
    expect((await inside('file', 'cat', '/part')).stdout).toBe('top\n');
    for (const [path, message] of [
      ['nowhere', 'no such file or directory'],
      ['../..', 'leads out of the volume'],
    ] as const)
      expect((await inside(path, 'true')).stderr).toContain(message);
    await docker('volume', 'rm', 'sub');
  });

  test('cannot be led elsewhere by who writes to the volume, not even meanwhile', { timeout: 120_000 }, async () => {
    await run('sub', 'mkdir /data/folder; touch /data/folder/inside; ln -s / /data/link');
    expect((await inside('link', 'ls', '/part')).stderr).toContain('leads through a symbolic link');
    const swap = 'while :; do mv folder kept; ln -s / folder; rm folder; mv kept folder; done';
    await docker('run', '-d', '--name', 'swapper', '-v', 'sub:/data', '-w', '/data', BUSYBOX, 'sh', '-c', swap);
    for (let round = 0; round < 12; round++) {
      const { code, stdout, stderr } = await inside('folder', 'ls', '/part');
      if (code === 0) expect(stdout).toBe('inside\n');
      else expect(stderr).toMatch(/symbolic link|no such file/);
    }
    await docker('rm', '-f', 'swapper');
    await docker('volume', 'rm', 'sub');
  });
});

describe('a volume plugin', () => {
  let plugin: VolumePlugin;
  beforeAll(async () => {
    mkdirSync(join(suite.daemon.root, 'shelf'));
    plugin = await startVolumePlugin(join(suite.daemon.root, 'shelf'));
  });
  afterAll(() => plugin?.close());

  test('keeps volumes for containers', RESTARTS, async () => {
    expect(await docker('volume', 'create', '-d', plugin.name, '-o', 'colour=red', 'shelved')).toBe('shelved');
    expect(JSON.parse(await docker('volume', 'inspect', 'shelved'))[0]).toMatchObject({
      Driver: plugin.name,
      Scope: 'global',
      Mountpoint: join(suite.daemon.root, 'shelf/shelved'),
      Status: { users: 0 },
    });
    await run('shelved', 'echo hello > /data/file');
    await docker('run', '-d', '--name', 'reader', '-v', 'shelved:/data', BUSYBOX, 'sleep', '600');
    expect(plugin.users.get('shelved')?.size).toBe(1);
    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    await docker('rm', '-f', 'reader');
    await expect.poll(() => plugin.users.get('shelved')?.size, PATIENCE).toBe(0);
    expect(await run('shelved', 'cat /data/file')).toBe('hello');
    expect(await docker('info', '--format', '{{.Plugins.Volume}}')).toContain(plugin.name);
    await docker('volume', 'rm', 'shelved');
    expect(plugin.users.has('shelved')).toBe(false);
  });

  test('has volumes that nobody made here: they are listed, used and removed', async () => {
    (plugin.users as Map<string, Set<string>>).set('foreign', new Set());
    mkdirSync(join(suite.daemon.root, 'shelf/foreign'));
    expect(await docker('volume', 'ls', '--format', '{{.Driver}} {{.Name}}')).toContain(`${plugin.name} foreign`);
    expect(await run('foreign', 'echo used > /data/file; cat /data/file')).toBe('used');
    expect(await docker('volume', 'inspect', 'foreign', '--format', '{{.Driver}}')).toBe(plugin.name);
    await docker('volume', 'rm', 'foreign');
    expect(plugin.users.has('foreign')).toBe(false);
  });

  test('that is not there is named', async () => {
    const { code, stderr } = await suite.docker.run(['run', '--rm', '--volume-driver', 'nowhere', '-v', 'x1:/data', BUSYBOX]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('plugin "nowhere" not found');
  });
});

test('a volume tells of its mounts', async () => {
  const since = String(Math.floor(Date.now() / 1000) - 1);
  await run('told', 'true');
  await docker('volume', 'rm', 'told');
  const events = await docker(
    'events',
    '--since',
    since,
    '--until',
    String(Date.now() / 1000),
    '--filter',
    'volume=told',
    '--format',
    '{{.Action}} {{json .Actor.Attributes}}',
  );
  expect(events.split('\n').map((line) => line.split(' ')[0])).toEqual(['create', 'mount', 'unmount', 'destroy']);
  expect(JSON.parse(events.split('\n')[1]!.slice('mount '.length))).toMatchObject({
    driver: 'local',
    destination: '/data',
    'read/write': 'true',
  });
});
