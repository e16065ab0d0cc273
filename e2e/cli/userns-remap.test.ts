import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { debianRuntimes, testedRuntime } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';

const FIRST = 200_000;

/** The daemon sees an /etc of its own, in which there are accounts with subordinate IDs; nobody else does. */
const etc = mkdtempSync(join(tmpdir(), 'slipway-e2e-etc-'));
afterAll(() => rmSync(etc, { recursive: true }));
for (const folder of ['upper', 'work']) mkdirSync(join(etc, folder));
for (const [name, line] of [
  ['passwd', 'seafarer:x:7000:7000::/:/bin/false\n'],
  ['group', 'seafarer:x:7000:\n'],
]) {
  writeFileSync(join(etc, 'upper', name!), readFileSync(join('/etc', name!)));
  appendFileSync(join(etc, 'upper', name!), line!);
}
writeFileSync(join(etc, 'upper/subuid'), `other:100000:65536\nseafarer:${FIRST}:50000\nseafarer:${FIRST + 80_000}:15536\n`);
writeFileSync(join(etc, 'upper/subgid'), `seafarer:${FIRST}:65536\n`);
const overlay = `lowerdir=/etc,upperdir=${join(etc, 'upper')},workdir=${join(etc, 'work')}`;
const within = ['unshare', '--mount', 'sh', '-c', `mount -t overlay etc -o ${overlay} /etc && exec "$@"`, 'within'];

const suite = useDaemon({
  within,
  flags: ['--userns-remap=seafarer', ...debianRuntimes, `--default-runtime=${testedRuntime ?? 'slipway'}`],
});
// Those who are root in a container pass through it to the container's root, as they do through /run and /var/lib.
beforeAll(() => chmodSync(suite.daemon.root, 0o711));
const run = (...args: string[]) => suite.docker.ok('run', '--rm', ...args);
const hostUid = (pid: number) => /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe('--userns-remap', () => {
  test('containers have IDs of their own, and files of theirs a folder of their own', async () => {
    const { docker, daemon } = suite;
    const root = join(daemon.dataRoot, `${FIRST}.${FIRST}`);
    expect(JSON.parse(await docker.ok('info', '--format', '{{json .SecurityOptions}}'))).toContain('name=userns');
    expect(await docker.ok('info', '--format', '{{.DockerRootDir}}')).toBe(root);
    const script = 'cat /proc/self/uid_map /proc/self/gid_map; id -u; stat -c %u:%g / /bin /etc/hosts; touch /made; sleep 300';
    const name = unique('mapped');
    await docker.ok('run', '-d', '--name', name, BUSYBOX, 'sh', '-c', script);
    await expect
      .poll(async () => (await docker.ok('logs', name)).replaceAll(/ +/g, ' ').split('\n'))
      .toEqual([` 0 ${FIRST} 50000`, ` 50000 ${FIRST + 80_000} 15536`, ` 0 ${FIRST} 65536`, '0', '0:0', '0:0', '0:0']);
    const { State, GraphDriver } = await docker.inspect(name);
    expect(hostUid(State.Pid)).toBe(String(FIRST));
    expect(statSync(join(GraphDriver.Data.UpperDir, 'made'))).toMatchObject({ uid: FIRST, gid: FIRST });
    expect(statSync(root).mode & 0o7777).toBe(0o710);
    expect(statSync(root).uid).toBe(0);
    await docker.ok('rm', '-f', name);
  });

  test('root of a container may within it what root may, and nothing beyond', async () => {
    const attempts = [
      'chown 1000 /home && echo chown',
      'mknod /x c 1 3 2>/dev/null || echo no mknod',
      'echo 1 2>/dev/null >/proc/sys/kernel/panic || echo no sysctl',
      'mkdir /sys/fs/cgroup/memory/x 2>/dev/null || echo no cgroup',
      'ip link set lo down 2>&1 | grep -o "not permitted"',
      'hostname other 2>&1 | grep -o "not permitted"',
      'ping -c1 -W5 127.0.0.1 >/dev/null && echo ping',
    ].join('; ');
    const seen = await run(BUSYBOX, 'sh', '-c', `mkdir -p /home; ${attempts}`);
    expect(seen.split('\n')).toEqual(['chown', 'no mknod', 'no sysctl', 'no cgroup', 'not permitted', 'not permitted', 'ping']);
    expect(await run('--cap-add=NET_ADMIN', BUSYBOX, 'sh', '-c', 'ip link set lo down && echo done')).toBe('done');
    const limits = ['--ulimit=nofile=1048576:1048576', '--oom-score-adj=-500'];
    const limited = (...flags: string[]) => run(...flags, ...limits, BUSYBOX, 'sh', '-c', 'ulimit -n; cat /proc/self/oom_score_adj');
    // As far as this machine lets root go; other runtimes do not try.
    if (testedRuntime === undefined) expect(await limited()).toBe(await limited('--userns=host'));
  });

  test('what needs the host is refused without --userns=host, and has its IDs with it', async () => {
    const refused = async (...flags: string[]) => suite.docker.run(['run', '--rm', ...flags, BUSYBOX, 'true']);
    for (const [flag, reason] of [
      ['--privileged', 'privileged mode is incompatible with user namespaces.'],
      ['--network=host', "cannot share the host's network namespace when user namespaces are enabled"],
      ['--pid=host', 'cannot share the host PID namespace when user namespaces are enabled'],
    ] as const) {
      const { code, stderr } = await refused(flag);
      expect(stderr).toContain(reason);
      expect(code).toBe(125);
      expect(await run('--userns=host', flag, BUSYBOX, 'sh', '-c', 'cat /proc/self/uid_map | tr -s " "')).toBe(' 0 0 4294967295');
    }
    expect(await run('--userns=host', BUSYBOX, 'stat', '-c', '%u', '/bin')).toBe(String(FIRST));
  });

  test('volumes are theirs, folders of the host are not', async () => {
    const { docker } = suite;
    const volume = unique('cargo');
    const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-bind-'));
    const binds = ['-v', `${volume}:/cargo`, '-v', `${folder}:/host`, '-v', `${folder}/new/deep:/new`];
    const script = 'echo x >/cargo/file && echo x >/new/file && stat -c %u /cargo /cargo/file /new /host; touch /host/file 2>&1';
    const { stdout } = await docker.run(['run', '--rm', ...binds, BUSYBOX, 'sh', '-c', script]);
    expect(stdout.split('\n').slice(0, 5)).toEqual(['0', '0', '0', '65534', 'touch: /host/file: Permission denied']);
    const { Mountpoint } = JSON.parse(await docker.ok('volume', 'inspect', volume))[0];
    for (const path of [Mountpoint, join(Mountpoint, 'file'), join(folder, 'new'), join(folder, 'new/deep/file')])
      expect(statSync(path), path).toMatchObject({ uid: FIRST, gid: FIRST });
    expect(existsSync(join(folder, 'file'))).toBe(false);
    rmSync(folder, { recursive: true });
    await docker.ok('volume', 'rm', volume);
  });

  test('archives, images and builds tell the IDs of the containers', async () => {
    const { docker } = suite;
    const [name, tag] = [unique('packed'), unique('packed')];
    const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-cp-'));
    writeFileSync(join(folder, 'given'), 'x');
    await docker.ok('run', '--name', name, BUSYBOX, 'sh', '-c', 'mkdir /d && echo x >/d/f && chown 1000:60000 /d/f');
    await docker.ok('cp', join(folder, 'given'), `${name}:/d/given`);
    await docker.ok('commit', name, tag);
    const listed = await run('-v', `${folder}:/out`, tag, 'sh', '-c', 'stat -c "%n %u:%g" /d /d/f /d/given');
    expect(listed.split('\n')).toEqual(['/d 0:0', '/d/f 1000:60000', '/d/given 0:0']);
    await docker.ok('export', '-o', join(folder, 'all.tar'), name);
    const dockerfile = `FROM ${tag}\nRUN touch /ran\nCOPY --chown=5:6 given /copied\nWORKDIR /work\nRUN stat -c "%u:%g" /ran /copied /work /d/f >/seen\n`;
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    await docker.ok('build', '-q', '-t', `${tag}-built`, folder);
    expect(await run(`${tag}-built`, 'cat', '/seen')).toBe('0:0\n5:6\n0:0\n1000:60000');
    const tar = execFileSync('tar', ['-tvnf', join(folder, 'all.tar'), '--numeric-owner'], { encoding: 'utf8' });
    expect(tar).toMatch(/1000\/60000 .* d\/f$/m);
    expect(tar).not.toMatch(new RegExp(` ${FIRST}/`));
    rmSync(folder, { recursive: true });
    await docker.ok('rm', name);
    await docker.ok('rmi', `${tag}-built`, tag);
  });

  test('more processes, terminals, users and namespaces of another container', async () => {
    const { docker } = suite;
    const donor = unique('donor');
    await docker.ok(
      'run',
      '-d',
      '--name',
      donor,
      '--ipc=shareable',
      '--user=1000:1000',
      BUSYBOX,
      'sh',
      '-c',
      'echo ahoy >/dev/stdout; sleep 300',
    );
    await expect.poll(() => docker.ok('logs', donor)).toBe('ahoy');
    expect(hostUid((await docker.inspect(donor)).State.Pid)).toBe(String(FIRST + 1000));
    const look = 'id -u; readlink /proc/self/ns/user; echo said >/dev/stderr';
    const { stdout, stderr } = await docker.run(['exec', '--user=33', donor, 'sh', '-c', look]);
    expect([stdout.split('\n')[0], stderr]).toEqual(['33', 'said\n']);
    const terminal = docker.terminal(['exec', '-it', '--user=0', donor, 'sh', '-c', 'tty; touch /dev/shm/x; read x; exit $x']);
    await terminal.printed(/\/dev\/pts\/0/);
    terminal.write('9\n');
    expect((await terminal.ended).code).toBe(9);
    const joins = [`--network=container:${donor}`, `--ipc=container:${donor}`, `--pid=container:${donor}`];
    const joined = await run(
      ...joins,
      '--user=0',
      BUSYBOX,
      'sh',
      '-c',
      'readlink /proc/self/ns/user; ls /dev/shm; cat /proc/1/comm; id -u',
    );
    expect(joined.split('\n')).toEqual([stdout.split('\n')[1], 'x', 'sleep', '0']);
    await docker.ok('rm', '-f', donor);
  });

  test.each(['runc', 'crun'])('%s runs with the same IDs, or with those of the host', async (runtime) => {
    const mapped = await run(
      `--runtime=${runtime}`,
      '--user=5:6',
      BUSYBOX,
      'sh',
      '-c',
      'head -1 /proc/self/uid_map; id; echo said >/dev/stdout',
    );
    expect(mapped.replaceAll(/ +/g, ' ').split('\n')).toEqual([` 0 ${FIRST} 50000`, expect.stringContaining('uid=5 gid=6'), 'said']);
    expect(await run(`--runtime=${runtime}`, '--userns=host', BUSYBOX, 'sh', '-c', 'tr -s " " </proc/self/uid_map')).toBe(
      ' 0 0 4294967295',
    );
  });

  test('one that was started goes on under the next daemon', async () => {
    const { docker, daemon } = suite;
    const name = unique('kept');
    await docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', '300');
    const { Pid } = (await docker.inspect(name)).State;
    await daemon.stop();
    await daemon.start();
    expect((await docker.inspect(name)).State.Pid).toBe(Pid);
    expect(await docker.ok('exec', name, 'cat', '/proc/self/uid_map')).toMatch(new RegExp(`^ +0 +${FIRST} `));
    await docker.ok('rm', '-f', name);
  });

  test('an account without ranges, or none, is told at the start; the default one is made', async () => {
    const { daemon } = suite;
    const said = async (account: string) => daemon.launch(`--userns-remap=${account}`, '--validate').ended;
    const [empty, ghost, number, fine] = await Promise.all(['nobody:nogroup', 'ghost', '64999', '7000:7000'].map(said));
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('no subuid ranges found for user "nobody"') });
    expect(ghost).toMatchObject({ code: 1, stderr: expect.stringContaining('Error during uid lookup for "ghost"') });
    expect(number).toMatchObject({ code: 1, stderr: expect.stringContaining('Uid 64999 has no entry in /etc/passwd') });
    expect(fine).toMatchObject({ code: 0, stdout: 'configuration OK\n' });
    await daemon.stop();
    await daemon.start('--userns-remap=default');
    expect(await daemon.docker.ok('info', '--format', '{{.DockerRootDir}}')).toBe(join(daemon.dataRoot, '295536.265536'));
    expect(readFileSync(join(etc, 'upper/passwd'), 'utf8')).toMatch(/^dockremap:/m);
  });
});
