import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { must } from '../fixtures/process.ts';
import { testedRuntime } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';

const specs = mkdtempSync(join(tmpdir(), 'slipway-e2e-cdi-'));
afterAll(() => rmSync(specs, { recursive: true }));

const suite = useDaemon({ flags: [`--cdi-spec-dir=${specs}`] });
const run = (...args: string[]) => suite.docker.ok('run', '--rm', ...args);

describe('docker run: what is refused, in words that people know from Docker', () => {
  test.each([
    ['--cpus=999', /range of CPUs is from 0.01 to \d+.00, as there are only \d+ CPUs available/],
    ['--cpuset-cpus=998', /Requested CPUs are not available - requested 998, available: 0/],
    ['--cpuset-mems=998', /Requested memory nodes are not available - requested 998, available: 0/],
    ['--storage-opt=size=1G', /--storage-opt is supported only for overlay over xfs with 'pquota' mount option/],
    ['--isolation=hyperv', /invalid isolation "hyperv" on linux/],
    ['--gpus=all', /could not select device driver "" with capabilities: \[\[gpu\]\]/],
    ['--device=slipway.test/none=0', /CDI device injection failed: unresolvable CDI devices slipway.test\/none=0/],
  ])('%s', async (flag, reason) => {
    const { code, stderr } = await suite.docker.run(['run', '--rm', flag, BUSYBOX, 'true']);
    expect(stderr).toMatch(reason);
    expect(code).toBe(125);
  });

  test('what belongs to a network that is shared', async () => {
    const other = unique('other');
    await suite.docker.ok('create', '--name', other, BUSYBOX, 'true');
    const refused = async (...flags: string[]) =>
      (await suite.docker.run(['create', `--network=container:${other}`, ...flags, BUSYBOX, 'true'])).stderr;
    expect(await refused('--hostname=x')).toContain('conflicting options: hostname and the network mode');
    expect(await refused('--dns=1.1.1.1')).toContain('conflicting options: dns and the network mode');
    expect(await refused('-p', '80')).toContain('conflicting options: port publishing and the container type network mode');
  });
});

describe('--ipc', () => {
  test('a shareable IPC namespace and its shared memory serve others, and go with the container', async () => {
    const donor = unique('donor');
    const id = await suite.docker.ok('run', '-d', '--name', donor, '--ipc=shareable', '--shm-size=2m', BUSYBOX, 'sleep', 'infinity');
    await suite.docker.ok('exec', donor, 'sh', '-c', 'echo ahoy >/dev/shm/word');
    const own = await suite.docker.ok('exec', donor, 'readlink', '/proc/1/ns/ipc');
    const script = 'cat /dev/shm/word; readlink /proc/1/ns/ipc; df /dev/shm | tail -1';
    const seen = (await run(`--ipc=container:${donor}`, BUSYBOX, 'sh', '-c', script)).split('\n');
    expect(seen.slice(0, 2)).toEqual(['ahoy', own]);
    expect(seen[2]).toMatch(/^shm +2048 /);
    await suite.docker.ok('rm', '-f', donor);
    await expect.poll(() => existsSync(join(suite.daemon.execRoot, 'shm', id))).toBe(false);
  });

  test('a private one serves nobody else', async () => {
    const donor = unique('donor');
    await suite.docker.ok('run', '-d', '--name', donor, BUSYBOX, 'sleep', 'infinity');
    const { stderr } = await suite.docker.run(['run', '--rm', `--ipc=container:${donor}`, BUSYBOX, 'true']);
    expect(stderr).toContain('non-shareable IPC (hint: use IpcMode:shareable for the donor container)');
    await suite.docker.ok('rm', '-f', donor);
  });

  test("the host's", async () => {
    expect(await run('--ipc=host', BUSYBOX, 'readlink', '/proc/1/ns/ipc')).toBe(readlinkSync('/proc/self/ns/ipc'));
  });
});

describe('bind propagation', () => {
  const shared = mkdtempSync(join(tmpdir(), 'slipway-e2e-shared-'));
  beforeAll(async () => {
    await must('mount', ['-t', 'tmpfs', 'slipway-e2e', shared]);
    await must('mount', ['--make-shared', shared]);
  });
  afterAll(async () => {
    await must('umount', ['-R', shared]);
    rmSync(shared, { recursive: true });
  });

  /** What a container sees of a mount that the host makes meanwhile, and the host of one that the container makes. */
  async function exchange(propagation: string): Promise<[string, string]> {
    const [name, folder] = [unique('tide'), join(shared, propagation)];
    for (const each of ['host', 'inside']) mkdirSync(join(folder, each), { recursive: true });
    const flags = ['--cap-add=SYS_ADMIN', '-v', `${folder}:/tide:${propagation}`];
    await suite.docker.ok('run', '-d', '--name', name, ...flags, BUSYBOX, 'sleep', 'infinity');
    await must('mount', ['-t', 'tmpfs', 'fromhost', join(folder, 'host')]);
    await suite.docker.ok('exec', name, 'mount', '-t', 'tmpfs', 'fromcontainer', '/tide/inside');
    const inside = await suite.docker.ok('exec', name, 'sh', '-c', 'grep -o fromhost /proc/self/mounts || true');
    const outside = /fromcontainer/.exec(readFileSync('/proc/self/mounts', 'utf8'))?.[0] ?? '';
    await suite.docker.ok('rm', '-f', name);
    await must('umount', [join(folder, 'host')]);
    if (outside) await must('umount', [join(folder, 'inside')]);
    return [inside, outside];
  }

  test('lets mounts through both ways, one way, or none', async () => {
    expect(await exchange('rshared')).toEqual(['fromhost', 'fromcontainer']);
    expect(await exchange('shared')).toEqual(['fromhost', 'fromcontainer']);
    expect(await exchange('rslave')).toEqual(['fromhost', '']);
    expect(await exchange('rprivate')).toEqual(['', '']);
  });

  test('is refused where the host does not share', async () => {
    const own = join(shared, 'own');
    mkdirSync(own);
    await must('mount', ['-t', 'tmpfs', 'slipway-e2e', own]);
    await must('mount', ['--make-private', own]);
    const said = async (how: string) => (await suite.docker.run(['run', '--rm', '-v', `${own}:/tide:${how}`, BUSYBOX, 'true'])).stderr;
    expect(await said('rshared')).toContain(`path ${own} is mounted on ${own} but it is not a shared mount`);
    expect(await said('slave')).toContain(`path ${own} is mounted on ${own} but it is not a shared or slave mount`);
    expect(await said('private')).toBe('');
  });
});

describe('--mount type=image', () => {
  const mount = (more: string) => `--mount=type=image,source=${BUSYBOX},target=/image${more}`;

  test('shows the files of another image, a folder of them, and takes what is written', async () => {
    expect(await run(mount(''), BUSYBOX, 'sh', '-c', 'cat /image/etc/group | head -1; echo x >/image/new; cat /image/new')).toBe(
      'root:x:0:\nx',
    );
    expect(await run(mount(',image-subpath=etc'), BUSYBOX, 'ls', '/image')).toBe('group\npasswd');
  });

  test('shows a single file, which the container may change for itself', async () => {
    const file = mount(',image-subpath=etc/passwd');
    const id = await suite.docker.ok('create', file, BUSYBOX, 'sh', '-c', 'wc -l </image; echo x >>/image');
    const lines = Number(await run(mount(''), BUSYBOX, 'sh', '-c', 'wc -l </image/etc/passwd'));
    expect(await suite.docker.ok('start', '-a', id)).toBe(String(lines));
    expect(await suite.docker.ok('start', '-a', id)).toBe(String(lines + 1));
    await suite.docker.ok('rm', id);
    const { code, stderr } = await suite.docker.run(['run', '--rm', `${file},readonly`, BUSYBOX, 'sh', '-c', 'echo x >>/image']);
    expect(stderr).toContain('Read-only file system');
    expect(code).toBe(1);
    expect(await run(file, BUSYBOX, 'sh', '-c', 'wc -l </image')).toBe(String(lines));
  });

  test('read-only, as told', async () => {
    const { code, stderr } = await suite.docker.run(['run', '--rm', mount(',readonly'), BUSYBOX, 'touch', '/image/new']);
    expect(stderr).toContain('Read-only file system');
    expect(code).toBe(1);
  });

  test('leaves no layer behind', async () => {
    const layers = () => readdirSync(join(suite.daemon.dataRoot, 'overlay2'));
    const before = new Set(layers());
    const id = await suite.docker.ok('create', mount(''), BUSYBOX, 'true');
    const added = layers().filter((name) => !before.has(name));
    expect(added).toHaveLength(2);
    await suite.docker.ok('rm', id);
    expect(layers().filter((name) => added.includes(name))).toEqual([]);
  });

  test('tells of a folder that is not there', async () => {
    const { stderr } = await suite.docker.run(['run', '--rm', mount(',image-subpath=nowhere'), BUSYBOX, 'true']);
    expect(stderr).toContain(`cannot access path nowhere of image ${BUSYBOX}`);
  });
});

test('--device with the name of a CDI device makes what its spec says', async () => {
  const device = { name: '0', containerEdits: { env: ['CARD=0'], deviceNodes: [{ path: '/dev/card0', hostPath: '/dev/null' }] } };
  writeFileSync(join(specs, 'card.json'), JSON.stringify({ cdiVersion: '0.6.0', kind: 'slipway.test/card', devices: [device] }));
  const script = 'echo $CARD; echo gone >/dev/card0; ls -l /dev/card0 | cut -c1';
  expect(await run('--device=slipway.test/card=0', BUSYBOX, 'sh', '-c', script)).toBe('0\nc');
});

test('the hooks of a CDI device run where they belong, and the container is like any other', async () => {
  const told = join(specs, 'told');
  const hook = (hookName: string, script: string) => ({ hookName, path: '/bin/sh', args: ['sh', '-c', script] });
  const hooks = [
    hook('createRuntime', `cat >${told}`),
    hook('createContainer', String.raw`echo made >"$(sed -n 's/.*"bundle":"\([^"]*\)".*/\1/p')/rootfs/hooked"`),
    hook('poststop', `echo stopped >>${told}`),
  ];
  const device = { name: '0', containerEdits: { hooks } };
  writeFileSync(join(specs, 'hooked.json'), JSON.stringify({ cdiVersion: '0.6.0', kind: 'slipway.test/hooked', devices: [device] }));
  const name = unique('hooked');
  await suite.docker.ok('run', '-d', '--name', name, '--device=slipway.test/hooked=0', BUSYBOX, 'sh', '-c', 'cat /hooked; sleep 600');
  const { Id, HostConfig } = await suite.docker.inspect(name);
  expect(JSON.parse(readFileSync(told, 'utf8'))).toMatchObject({ id: Id, status: expect.stringMatching(/^creat(ing|ed)$/) });
  await expect.poll(() => suite.docker.ok('logs', name), { timeout: 20_000 }).toBe('made');
  expect(HostConfig.Runtime).toBe(testedRuntime ?? 'slipway');
  expect(await suite.docker.ok('exec', name, 'cat', '/hooked')).toBe('made');
  await suite.docker.ok('stop', '-t', '0', name);
  await suite.docker.ok('rm', name);
  expect(readFileSync(told, 'utf8')).toMatch(/stopped\n$/);
});
