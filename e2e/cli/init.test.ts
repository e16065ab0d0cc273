import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const run = (...args: string[]) => suite.docker.run(['run', '--rm', '--init', BUSYBOX, ...args]);

describe('docker run --init', () => {
  test('has docker-init as its first process, which the container cannot write', async () => {
    const script = 'cat /proc/1/cmdline | tr "\\0" " "; echo; echo x > /sbin/docker-init; echo x > /proc/1/exe';
    const { stdout, stderr } = await run('sh', '-c', script);
    expect(stdout).toMatch(/^\/sbin\/docker-init -- sh -c /);
    expect(stderr.match(/Read-only file system|Text file busy/g)).toHaveLength(2);
    expect(await suite.docker.ok('info', '--format', '{{.InitBinary}}')).toBe('docker-init');
  });

  test('reaps what nobody waits for', async () => {
    const script = 'sh -c "sh -c \'exit 3\' & echo \\$!" > /tmp/pid; while test -e /proc/$(cat /tmp/pid); do sleep 0.05; done; echo reaped';
    expect((await run('sh', '-c', script)).stdout).toBe('reaped\n');
  });

  test("ends with its program's code, or the one that tells why it could not be run", async () => {
    expect((await run('sh', '-c', 'exit 7')).code).toBe(7);
    expect((await run('sh', '-c', 'kill -9 $$')).code).toBe(137);
    expect((await run('/no/such/program')).code).toBe(127);
    expect((await run('/etc/passwd')).code).toBe(126);
  });

  test('hands signals to its program, and takes a terminal', async () => {
    await suite.docker.ok(
      'run',
      '-d',
      '--init',
      '--name',
      'handed',
      BUSYBOX,
      'sh',
      '-c',
      'trap "exit 5" TERM; echo up; while :; do sleep 0.1; done',
    );
    await suite.docker.start('logs', '-f', 'handed').printed(/up/);
    await suite.docker.ok('stop', '-t', '60', 'handed');
    expect((await suite.docker.inspect('handed')).State.ExitCode).toBe(5);
    const terminal = suite.docker.terminal([
      'run',
      '--rm',
      '--init',
      '-it',
      BUSYBOX,
      'sh',
      '-c',
      'trap "echo stopped; exit 6" INT; echo up; while :; do sleep 0.1; done',
    ]);
    await terminal.printed(/up/);
    terminal.write('\x03');
    await terminal.printed(/stopped/);
    expect((await terminal.ended).code).toBe(6);
  });

  test('sees a stop of the default signal as its program does, without a handler', async () => {
    await suite.docker.ok('run', '-d', '--init', '--name', 'plain', BUSYBOX, 'sleep', '600');
    await suite.docker.ok('stop', '-t', '60', 'plain');
    expect((await suite.docker.inspect('plain')).State.ExitCode).toBe(143);
  });
});
