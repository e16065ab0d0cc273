import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDockerd } from '../bench/dockerd.ts';
import type { Contender } from '../bench/contender.ts';
import { busyboxLayer } from '../fixtures/busybox.ts';
import { Podman } from '../fixtures/podman.ts';
import { run } from '../fixtures/process.ts';

const runtime = join(import.meta.dirname, '../../native/build/slipway-runtime');

describe("Debian's podman with slipway-runtime", () => {
  let podman: Podman;
  beforeAll(async () => {
    podman = new Podman(runtime);
    await podman.import(await busyboxLayer(), 'busybox');
  });
  afterAll(async () => {
    await podman?.remove();
    // Podman leaves its parent of cgroups behind, with conmon in it until that has cleaned up.
    const removeParent = () => run('sh', ['-c', 'find /sys/fs/cgroup/*/libpod_parent -depth -type d -exec rmdir {} +']);
    await vi.waitUntil(async () => !/busy/i.test((await removeParent()).stderr), { timeout: 60_000, interval: 200 });
  });

  test('runs a container with its limits, executes in it, pauses, tops, stops and removes it', { timeout: 180_000 }, async () => {
    const limits = ['--memory=64m', '--pids-limit=30', '--cap-drop=all', '--read-only', '--user=1000:1000', '--network=none'];
    const script = 'trap "exit 9" TERM; while :; do sleep 0.1; done';
    await podman.ok('run', '-d', '--name=kept', ...limits, 'busybox', 'sh', '-c', script);
    const look = 'id -u; grep CapEff /proc/self/status | cut -f2; touch /x 2>&1; touch /tmp/x && grep -c libpod /proc/self/cgroup; exit 3';
    const { code, stdout } = await podman.run('exec', 'kept', 'sh', '-c', look);
    expect(stdout).toMatch(/^1000\n0000000000000000\ntouch: \/x: Read-only file system\n[1-9]\d*\n$/);
    expect(code).toBe(3);
    const terminal = podman.terminal('exec', '-it', 'kept', 'sh', '-c', 'tty; read x; exit $x');
    await terminal.printed(/\/dev\/pts\/0/);
    terminal.write('6\n');
    expect((await terminal.ended).code).toBe(6);
    await podman.ok('pause', 'kept');
    expect(await podman.ok('inspect', '--format', '{{.State.Status}}', 'kept')).toBe('paused');
    await podman.ok('unpause', 'kept');
    expect(await podman.ok('top', 'kept')).toContain('sleep 0.1');
    await podman.ok('stop', '--time', '60', 'kept');
    expect(await podman.ok('inspect', '--format', '{{.State.ExitCode}}', 'kept')).toBe('9');
    await podman.ok('rm', 'kept');
    const missing = await podman.run('run', '--rm', '--network=none', 'busybox', 'nosuchprogram');
    expect([missing.code, missing.stderr]).toEqual([127, expect.stringContaining('executable file not found in $PATH')]);
  });
});

describe("Debian's dockerd with --add-runtime slipway", () => {
  let dockerd: Contender;
  beforeAll(async () => {
    dockerd = await startDockerd(['--iptables=false', '--bridge=none'], [`--add-runtime=slipway=${runtime}`]);
    await dockerd.docker.feed(await busyboxLayer(), 'import', '-', 'busybox');
  });
  afterAll(async () => {
    await dockerd?.stop();
    // Dockerd leaves its parent of cgroups behind; one that is in use stays.
    await run('sh', ['-c', 'rmdir /sys/fs/cgroup/*/docker']);
  });

  test('runs, updates and ends containers', { timeout: 180_000 }, async () => {
    const { docker } = dockerd;
    const script = 'id -u; grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status | cut -f2 | tr "\\n" " "; exit 6';
    const flags = ['--user=1000:1000', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--read-only', '--tmpfs=/x'];
    const ran = await docker.run(['run', '--rm', '--runtime=slipway', ...flags, 'busybox', 'sh', '-c', script]);
    expect(ran).toMatchObject({ code: 6, stdout: '1000\n0000000000000000 1 2 ' });
    await docker.ok(
      'run',
      '-d',
      '--name=kept',
      '--runtime=slipway',
      '--memory=64m',
      'busybox',
      'sh',
      '-c',
      'trap "exit 9" TERM; while :; do sleep 0.1; done',
    );
    expect(await docker.run(['exec', 'kept', 'sh', '-c', 'cat /proc/1/comm; exit 3'])).toMatchObject({ code: 3, stdout: 'sh\n' });
    await docker.ok('update', '--memory=80m', '--memory-swap=160m', 'kept');
    await docker.ok('pause', 'kept');
    await docker.ok('unpause', 'kept');
    expect(await docker.ok('top', 'kept')).toContain('sleep 0.1');
    await docker.ok('stop', '--time=60', 'kept');
    expect((await docker.inspect('kept')).State.ExitCode).toBe(9);
    await docker.ok('start', 'kept');
    await docker.ok('kill', 'kept');
    expect((await docker.inspect('kept')).State.ExitCode).toBe(137);
    await docker.ok('rm', 'kept');
    const terminal = docker.terminal([
      'run',
      '--rm',
      '-it',
      '--runtime=slipway',
      'busybox',
      'sh',
      '-c',
      'test -c /dev/console && tty; read x; exit $x',
    ]);
    await terminal.printed(/\/dev\/pts\/0/);
    terminal.write('7\n');
    expect((await terminal.ended).code).toBe(7);
    const missing = await docker.run(['run', '--rm', '--runtime=slipway', 'busybox', 'nosuchprogram']);
    expect([missing.code, missing.stderr]).toEqual([127, expect.stringContaining('executable file not found in $PATH')]);
  });
});
