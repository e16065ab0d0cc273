import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const C = 'target';

beforeAll(async () => {
  await suite.docker.ok('run', '-d', '--name', C, '-e', 'FROM=container', BUSYBOX, 'sleep', '3600');
});

describe('docker exec', () => {
  test('runs beside the first process, with its environment and file system', async () => {
    await suite.docker.ok('exec', C, 'sh', '-c', 'echo kept > /tmp/note');
    expect(await suite.docker.ok('exec', C, 'sh', '-c', 'cat /tmp/note; echo $FROM; cat /proc/1/comm')).toBe('kept\ncontainer\nsleep');
  });

  test.each([
    ['its own', ['sh', '-c', 'exit 9'], 9],
    ['126 for a folder', ['/etc'], 126],
    ['127 for a missing program', ['no-such-program'], 127],
    ['137 for a killed one', ['sh', '-c', 'kill -9 $$'], 137],
  ])('ends with %s exit code', async (_, command, code) => {
    expect((await suite.docker.run(['exec', C, ...command])).code).toBe(code);
  });

  test('keeps the streams apart and passes input with its end', async () => {
    const { stdout, stderr } = await suite.docker.run(['exec', '-i', C, 'sh', '-c', 'cat; echo err >&2'], { stdin: 'in\n' });
    expect({ stdout, stderr }).toEqual({ stdout: 'in\n', stderr: 'err\n' });
  });

  test('takes user, folder and environment', async () => {
    const flags = ['-u', '65534:50', '-w', '/tmp', '-e', 'EXTRA=yes'];
    expect(await suite.docker.ok('exec', ...flags, C, 'sh', '-c', 'id -u; id -g; pwd; echo $EXTRA')).toBe('65534\n50\n/tmp\nyes');
  });

  test("has the container's confinement, not more", async () => {
    const status = await suite.docker.ok('exec', C, 'grep', '-E', '^(CapEff|Seccomp):', '/proc/self/status');
    expect(status.replaceAll(/\s+/g, ' ')).toBe('CapEff: 00000000a80425fb Seccomp: 2');
    // The fourth descriptor is the folder that ls itself reads.
    expect(await suite.docker.ok('exec', C, 'ls', '/proc/self/fd')).toBe('0\n1\n2\n3');
  });

  test('-d runs it on its own', async () => {
    await suite.docker.ok('exec', '-d', C, 'sh', '-c', 'echo done > /tmp/detached');
    await expect.poll(() => suite.docker.run(['exec', C, 'cat', '/tmp/detached']).then(({ stdout }) => stdout)).toBe('done\n');
  });

  test('-it has a terminal of the right size', async () => {
    const terminal = suite.docker.terminal(
      ['exec', '-it', C, 'sh', '-c', 'tty; until stty size; do sleep 0.05; done 2>/dev/null; read line; echo "typed $line"'],
      {
        columns: 91,
        rows: 33,
      },
    );
    await terminal.printed(/\/dev\/pts\/\d+/);
    await terminal.printed(/33 91/);
    terminal.write('hello\n');
    await terminal.printed(/typed hello/);
    expect((await terminal.ended).code).toBe(0);
  });

  test('is refused in a container that does not run', async () => {
    await suite.docker.ok('create', '--name', 'idle', BUSYBOX);
    const { code, stderr } = await suite.docker.run(['exec', 'idle', 'true']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not running/);
  });
});

describe('docker top', () => {
  test('lists the processes of the container with their host IDs', async () => {
    const { State } = await suite.docker.inspect(C);
    const [head, ...rows] = (await suite.docker.ok('top', C)).split('\n');
    expect(head).toMatch(/^UID\s+PID\s+PPID/);
    expect(rows.some((row) => row.includes(` ${State.Pid} `) && row.endsWith('sleep 3600'))).toBe(true);
  });

  test('takes columns for ps', async () => {
    expect((await suite.docker.ok('top', C, '-o', 'pid,comm')).split('\n')[1]).toMatch(/^\d+\s+(sleep|busybox)$/);
  });
});
