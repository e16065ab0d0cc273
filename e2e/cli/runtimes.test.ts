import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { debianRuntimes } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon({ flags: [...debianRuntimes, '--default-runtime=slipway'] });
const names: string[] = [];

afterEach(async () => {
  if (names.length > 0) await suite.docker.ok('rm', '-f', ...names.splice(0));
});

/** Starts a container that is removed after the test. */
async function started(name: string, ...args: string[]): Promise<void> {
  names.push(name);
  await suite.docker.ok('run', '-d', '--name', name, ...args);
}

describe.each(['runc', 'crun'])('docker run --runtime %s', (runtime) => {
  const run = (...args: string[]) => suite.docker.run(['run', '--rm', `--runtime=${runtime}`, ...args]);

  test('gives output and exit code, its limits and a terminal', async () => {
    const script = 'echo out; echo err >&2; cat /proc/self/mountinfo | grep -c " / / "; ulimit -n; ulimit -c; exit 7';
    const plain = await run('--ulimit', 'nofile=99:199', '--ulimit', 'core=-1', '--memory=64m', BUSYBOX, 'sh', '-c', script);
    expect(plain).toEqual({ code: 7, stdout: 'out\n1\n99\nunlimited\n', stderr: 'err\n' });
    const terminal = suite.docker.terminal([
      'run',
      '--rm',
      `--runtime=${runtime}`,
      '-it',
      BUSYBOX,
      'sh',
      '-c',
      'tty; stty size; read x; echo "got $x"',
    ]);
    await terminal.printed(/\/dev\/pts\/0\s+24 80/);
    terminal.write('it\n');
    await terminal.printed(/got it/);
    expect((await terminal.ended).code).toBe(0);
    expect((await run('-i', '--init', BUSYBOX, 'sh', '-c', 'cat /proc/1/comm')).stdout).toBe('docker-init\n');
    // The rootfs is mounted for the runtime alone.
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(suite.daemon.root);
  });

  test('tells what cannot be run as the native runtime does', async () => {
    expect((await run(BUSYBOX, 'nosuchprogram')).code).toBe(127);
    const { code, stderr } = await run(BUSYBOX, '/etc/passwd');
    expect([code, stderr]).toEqual([126, expect.stringMatching(/permission denied/i)]);
  });

  test('can be exec-ed into, inspected, updated, paused, signalled and stopped', { timeout: 180_000 }, async () => {
    const name = `worked-${runtime}`;
    await started(
      name,
      `--runtime=${runtime}`,
      BUSYBOX,
      'sh',
      '-c',
      'trap "echo usr" USR1; trap "exit 3" TERM; echo up; while :; do sleep 0.1; done',
    );
    const follower = suite.docker.start('logs', '-f', name);
    await follower.printed(/up/);
    expect((await suite.docker.inspect(name)).HostConfig.Runtime).toBe(runtime);
    expect(await suite.docker.run(['exec', name, 'sh', '-c', 'cat /proc/1/comm; exit 4'])).toMatchObject({ code: 4, stdout: 'sh\n' });
    expect(await suite.docker.feed('fed', 'exec', '-i', name, 'cat')).toBe('fed');
    expect((await suite.docker.run(['exec', name, 'nosuchprogram'])).code).toBe(127);
    const shell = suite.docker.terminal(['exec', '-it', name, 'sh', '-c', 'stty size; read x; exit $x']);
    await shell.printed(/24 80/);
    shell.write('5\n');
    expect((await shell.ended).code).toBe(5);
    await suite.docker.ok('update', '--pids-limit=77', name);
    expect(await suite.docker.ok('stats', '--no-stream', '--format', '{{.PIDs}}', name)).toMatch(/^[12]$/);
    expect(await suite.docker.ok('top', name)).toContain('sleep 0.1');
    await suite.docker.ok('pause', name);
    expect((await suite.docker.inspect(name)).State.Status).toBe('paused');
    await suite.docker.ok('unpause', name);
    await suite.docker.ok('cp', `${name}:/etc/passwd`, '-');
    await suite.docker.ok('kill', '-s', 'USR1', name);
    await follower.printed(/usr/);
    await suite.docker.ok('stop', '-t', '60', name);
    expect((await suite.docker.inspect(name)).State).toMatchObject({ Status: 'exited', ExitCode: 3 });
    expect((await follower.ended).stdout).toBe('up\nusr\n');
    await suite.docker.ok('start', name);
    await suite.docker.ok('kill', name);
    expect((await suite.docker.inspect(name)).State.ExitCode).toBe(137);
  });

  test('has its network filled in, beside containers of the native runtime', async () => {
    const network = `net-${runtime}`;
    await suite.docker.ok('network', 'create', network);
    const script = 'mkdir /www; echo page > /www/index.html; exec httpd -f -p 8080 -h /www';
    await started(`server-${runtime}`, `--runtime=${runtime}`, '--network', network, '-p', '127.0.0.1::8080', BUSYBOX, 'sh', '-c', script);
    const port = (await suite.docker.ok('port', `server-${runtime}`, '8080')).split(':').at(-1);
    const page = () =>
      fetch(`http://127.0.0.1:${port}`).then(
        (answer) => answer.text(),
        () => '',
      );
    await expect.poll(page, { timeout: 20_000 }).toBe('page\n');
    const fetched = await suite.docker.run(['run', '--rm', '--network', network, BUSYBOX, 'wget', '-qO-', `http://server-${runtime}:8080`]);
    expect(fetched).toMatchObject({ code: 0, stdout: 'page\n' });
    const beside = await run('--network', `container:server-${runtime}`, BUSYBOX, 'wget', '-qO-', 'http://127.0.0.1:8080');
    expect(beside).toMatchObject({ code: 0, stdout: 'page\n' });
  });
});

test('a daemon that was killed takes over the containers of all runtimes, and their ends', { timeout: 180_000 }, async () => {
  for (const runtime of ['runc', 'crun']) {
    await started(`kept-${runtime}`, '-i', `--runtime=${runtime}`, BUSYBOX, 'sh', '-c', 'while read line; do echo "got $line"; done');
    await started(
      `mortal-${runtime}`,
      `--runtime=${runtime}`,
      BUSYBOX,
      'sh',
      '-c',
      'echo last words; while ! test -e /end; do sleep 0.1; done; exit 42',
    );
  }
  const pids = await Promise.all(['kept-runc', 'kept-crun'].map(async (name) => (await suite.docker.inspect(name)).State.Pid));
  for (const runtime of ['runc', 'crun']) await suite.docker.ok('exec', '-d', `mortal-${runtime}`, 'sh', '-c', 'sleep 2; touch /end');
  const ends = await Promise.all(
    ['mortal-runc', 'mortal-crun'].map(async (name) => (await suite.docker.inspect(name)).State.Pid as number),
  );
  await suite.daemon.stop('SIGKILL');
  await expect.poll(() => ends.filter((pid) => alive(pid)), { timeout: 30_000 }).toEqual([]);
  await suite.daemon.start();
  for (const [index, runtime] of ['runc', 'crun'].entries()) {
    expect((await suite.docker.inspect(`kept-${runtime}`)).State).toMatchObject({ Status: 'running', Pid: pids[index] });
    expect((await suite.docker.inspect(`mortal-${runtime}`)).State).toMatchObject({ Status: 'exited', ExitCode: 42 });
    expect(await suite.docker.ok('logs', `mortal-${runtime}`)).toBe('last words');
    const attached = suite.docker.start('attach', `kept-${runtime}`);
    attached.write('ahoy\n');
    await attached.printed(/got ahoy/);
    expect(await suite.docker.ok('exec', `kept-${runtime}`, 'echo', 'inside')).toBe('inside');
    await suite.docker.ok('kill', `kept-${runtime}`);
    await attached.ended;
  }
});

test('runtimes are told and unknown ones refused', async () => {
  const info = JSON.parse(await suite.docker.ok('info', '--format', '{{json .}}'));
  expect(Object.keys(info.Runtimes).toSorted()).toEqual(['crun', 'runc', 'slipway']);
  expect(info.Runtimes.runc.path).toBe('/usr/sbin/runc');
  expect(info.DefaultRuntime).toBe('slipway');
  expect((await suite.docker.run(['run', '--rm', '--runtime=nosuch', BUSYBOX])).stderr).toContain(
    'unknown or invalid runtime name: nosuch',
  );
  await suite.docker.ok('run', '--rm', '--runtime=io.containerd.runc.v2', BUSYBOX, 'true');
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
