import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { addNeighbour, type Neighbour } from '../fixtures/neighbour.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const UID = 43_210;
const PATIENCE = { timeout: 30_000 };
const launcher = join(import.meta.dirname, '../../server/bin/slipwayd-rootless');
/** A user with ranges of IDs, and a /dev/net/tun for everybody, as hosts with udev have it: in this mount namespace alone. */
const AS_MARINER = `
mount -t tmpfs none /mnt && cp -a /etc/. /mnt && mount --move /mnt /etc || exit 1
echo 'mariner:x:${UID}:${UID}::/nonexistent:/bin/sh' >>/etc/passwd
for file in /etc/subuid /etc/subgid; do echo 'mariner:1000000:65536' >$file; done
mount -t tmpfs none /mnt && mknod -m 666 /mnt/tun c 10 200 && mount --bind /mnt/tun /dev/net/tun || exit 1
for each; do case $each in --pidfile=*) root=\${each#--pidfile=}; root=\${root%/*} ;; esac; done
chown -R ${UID}:${UID} "$root"
shift
HOME=$root XDG_RUNTIME_DIR=$root/run exec setpriv --reuid ${UID} --regid ${UID} --clear-groups ${launcher} "$@"`;

const suite = useDaemon({ within: ['unshare', '--mount', 'sh', '-c', AS_MARINER, 'within'] });
let neighbour: Neighbour;
beforeAll(async () => {
  neighbour = await addNeighbour();
});
afterAll(() => neighbour?.remove());
const run = (...args: string[]) => suite.docker.ok('run', '--rm', ...args);

test('the daemon is an ordinary user, and so is root in its containers', async () => {
  const { http, docker, daemon } = suite;
  const { json: info } = await http.get('/info');
  expect(info).toMatchObject({ CgroupDriver: 'none', MemoryLimit: false });
  expect(info.SecurityOptions).toContain('name=rootless');
  expect(await run(BUSYBOX, 'cat', '/proc/self/uid_map')).toMatch(new RegExp(`^ *0 +${UID} +1\\n *1 +1000000 +65535$`));
  await docker.ok('run', '-d', '--name', 'plain', BUSYBOX, 'sleep', 'infinity');
  const pid = Number(await docker.ok('inspect', '-f', '{{.State.Pid}}', 'plain'));
  expect(pid).toBeGreaterThan(1);
  expect(readFileSync(`/proc/${daemon.pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${UID}`, 'm'));
  await docker.ok('rm', '-f', 'plain');
});

test('a container reaches nothing of the host that the user may not: its files, devices, settings and loopback', async () => {
  const { docker } = suite;
  const refused = async (...args: string[]) => (await docker.run(['run', '--rm', ...args])).stderr;
  expect(await refused('-v', '/etc/shadow:/shadow:ro', BUSYBOX, 'cat', '/shadow')).toContain('Permission denied');
  expect(await refused('-v', '/root:/host', BUSYBOX, 'touch', '/host/x')).toContain('Permission denied');
  expect(await refused('--privileged', BUSYBOX, 'sh', '-c', 'echo 1 >/proc/sys/kernel/panic')).toMatch(/Permission denied|Read-only/i);
  expect(await refused('--privileged', BUSYBOX, 'mknod', '/disk', 'b', '254', '0')).toContain('Operation not permitted');
  const server = createServer((_, response) => response.end('secret'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  for (const host of ['127.0.0.1', '10.0.2.2'])
    expect((await docker.run(['run', '--rm', BUSYBOX, 'timeout', '3', 'wget', '-qO-', `http://${host}:${port}/`])).code).not.toBe(0);
  server.close();
});

test('images keep owners, whiteouts and opaque folders; what is built and committed runs', async () => {
  const { docker, daemon } = suite;
  const context = join(daemon.root, 'context');
  mkdirSync(context);
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${BUSYBOX}
RUN mkdir /d && echo a >/d/a && echo b >/d/b && chown -R 1000:1001 /d
RUN rm /d/a && rm -rf /d && mkdir /d && echo c >/d/c
USER 1000
`,
  );
  await docker.ok('build', '-t', 'built', context);
  expect(await run('built', 'sh', '-c', 'ls /d; id -u')).toBe('c\n1000');
  await docker.ok('run', '--name', 'changed', '-u', '0', 'built', 'sh', '-c', 'rm /d/c; echo d >/d/d; chown 7:8 /d/d');
  await docker.ok('commit', '--pause=true', 'changed', 'changed');
  expect(await run('changed', 'sh', '-c', 'ls /d; stat -c %u:%g /d/d')).toBe('d\n7:8');
  await docker.ok('rm', 'changed');
  await docker.ok('rmi', 'changed', 'built');
});

test('ports are published on the host, on all addresses or on one, and conflicts are told', async () => {
  const { docker } = suite;
  const [wide, narrow, taken] = [await freePort(), await freePort(), await freePort()];
  const serve = 'echo page >/index.html; exec httpd -f -p 80 -h /';
  await docker.ok('run', '-d', '--name', 'web', '-p', `${wide}:80`, '-p', `127.0.0.1:${narrow}:80`, BUSYBOX, 'sh', '-c', serve);
  const page = (host: string, port: number) =>
    fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(3_000) }).then(
      (answer) => answer.text(),
      () => '',
    );
  await expect.poll(() => page('127.0.0.1', wide), PATIENCE).toBe('page\n');
  expect(await page('127.0.0.1', narrow)).toBe('page\n');
  expect(await page(neighbour.here, wide)).toBe('page\n');
  expect(await page(neighbour.here, narrow)).toBe('');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '0.0.0.0', resolve));
  const { stderr } = await docker.run(['run', '--rm', '-p', `${taken}:80`, BUSYBOX, 'true']);
  expect(stderr).toContain(`Bind for 0.0.0.0:${taken} failed: port is already allocated`);
  server.close();
  await docker.ok('rm', '-f', 'web');
  expect(await page('127.0.0.1', wide)).toBe('');
});

test('networks, volumes, exec, top and stats work; limits and pauses are refused or told of', async () => {
  const { docker } = suite;
  await docker.ok('network', 'create', 'own');
  await docker.ok('run', '-d', '--name', 'first', '--network', 'own', '-v', 'kept:/data', BUSYBOX, 'sleep', 'infinity');
  expect(await run('--network', 'own', BUSYBOX, 'ping', '-c1', '-W5', 'first')).toContain('1 packets received');
  expect(await docker.ok('exec', '-u', '1000', 'first', 'id', '-u')).toBe('1000');
  await docker.ok('exec', 'first', 'sh', '-c', 'echo kept >/data/file');
  expect(await run('-v', 'kept:/data', BUSYBOX, 'cat', '/data/file')).toBe('kept');
  expect(await docker.ok('top', 'first', '-o', 'pid,comm')).toContain('sleep');
  expect(await docker.ok('stats', '--no-stream', '--format', '{{.PIDs}}', 'first')).toBe('1');
  expect((await docker.run(['pause', 'first'])).stderr).toContain('cannot be paused: this daemon may make no cgroups');
  expect((await docker.run(['update', '-m', '64m', 'first'])).stderr).toContain('this daemon may make no cgroups');
  expect((await docker.run(['run', '--rm', '-m', '64m', BUSYBOX, 'true'])).stderr).toContain('does not support memory limit capabilities');
  await docker.ok('rm', '-f', 'first');
  await docker.ok('network', 'rm', 'own');
  await docker.ok('volume', 'rm', 'kept');
});

test(
  'containers end with the daemon, also one that is killed, and begin again as their restart policies say',
  { timeout: 120_000 },
  async () => {
    const { docker, daemon } = suite;
    await docker.ok(
      'run',
      '-d',
      '--name',
      'again',
      '--restart=always',
      BUSYBOX,
      'sh',
      '-c',
      'trap "exit 0" TERM; while :; do sleep 0.1; done',
    );
    await docker.ok('run', '-d', '--name', 'once', BUSYBOX, 'sleep', 'infinity');
    // How a container ended that was not stopped in order is not known.
    for (const [signal, ExitCode] of [
      ['SIGTERM', 137],
      ['SIGKILL', 255],
    ] as const) {
      if (signal === 'SIGKILL') await docker.ok('start', 'once');
      const { StartedAt: before } = (await docker.inspect('again')).State;
      await daemon.stop(signal);
      await daemon.start();
      await expect.poll(async () => (await docker.inspect('again')).State, PATIENCE).toMatchObject({ Running: true });
      expect((await docker.inspect('again')).State.StartedAt).not.toBe(before);
      expect((await docker.inspect('once')).State).toMatchObject({ Running: false, ExitCode });
    }
    await docker.ok('rm', '-f', 'again', 'once');
  },
);
