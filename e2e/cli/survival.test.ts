import { afterEach, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const names: string[] = [];

afterEach(async () => {
  if (names.length > 0) await suite.docker.ok('rm', '-f', ...names.splice(0));
});

/** Starts a container that is removed after the test. */
async function started(name: string, ...args: string[]): Promise<void> {
  names.push(name);
  await suite.docker.ok('run', '-d', '--name', name, ...args);
}

/** Ends the daemon as a crash would and starts it again on the same roots. */
async function crash(): Promise<void> {
  await suite.daemon.stop('SIGKILL');
  await suite.daemon.start();
}

describe('a daemon that is killed', () => {
  test('loses no container, no log line and no exit code', async () => {
    await started('counter', BUSYBOX, 'sh', '-c', 'i=0; while :; do echo $i; i=$((i+1)); usleep 2000; done');
    await started('mortal', '-i', BUSYBOX, 'sh', '-c', 'sleep 1; exit 42');
    const { Pid } = (await suite.docker.inspect('counter')).State;
    await suite.daemon.stop('SIGKILL');
    // The mortal one ends while nobody looks.
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 1500);
    await promise;
    await suite.daemon.start();
    expect((await suite.docker.inspect('counter')).State).toMatchObject({ Status: 'running', Pid });
    expect((await suite.docker.inspect('mortal')).State).toMatchObject({ Status: 'exited', ExitCode: 42 });
    await suite.docker.ok('stop', '-t', '0', 'counter');
    const lines = (await suite.docker.ok('logs', 'counter')).split('\n').map(Number);
    expect(lines.length).toBeGreaterThan(500);
    expect(lines).toEqual(lines.map((_, index) => index));
  });

  test('can exec into, attach to, follow, resize and stop what it adopted', async () => {
    await started(
      'adopted',
      '-i',
      BUSYBOX,
      'sh',
      '-c',
      'trap "exit 3" TERM; while read line; do echo "got $line"; done; while :; do sleep 0.1; done',
    );
    await crash();
    expect(await suite.docker.ok('exec', 'adopted', 'echo', 'inside')).toBe('inside');
    const attached = suite.docker.start('attach', 'adopted');
    attached.write('ahoy\n');
    await attached.printed(/got ahoy/);
    expect(await suite.docker.ok('logs', 'adopted')).toBe('got ahoy');
    await suite.docker.ok('kill', '-s', 'KILL', 'adopted');
    await attached.ended;
    expect((await suite.docker.inspect('adopted')).State.ExitCode).toBe(137);
  });

  test('keeps published ports and names on a network answering', async () => {
    await suite.docker.ok('network', 'create', 'survivors');
    await started(
      'server',
      '--network',
      'survivors',
      '-p',
      '127.0.0.1::8080',
      BUSYBOX,
      'sh',
      '-c',
      'mkdir /www; echo page > /www/index.html; exec httpd -f -p 8080 -h /www',
    );
    await started('client', '--network', 'survivors', BUSYBOX, 'sleep', '600');
    const port = (await suite.docker.ok('port', 'server', '8080')).split(':').at(-1);
    await crash();
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('page\n');
    expect(await suite.docker.ok('exec', 'client', 'wget', '-qO-', 'http://server:8080')).toBe('page');
  });

  test('restarts what asked to be restarted and died meanwhile', async () => {
    await started('phoenix', '--restart=always', BUSYBOX, 'sh', '-c', 'sleep 1; exit 1');
    await crash();
    await expect.poll(async () => (await suite.docker.inspect('phoenix')).RestartCount, { timeout: 15_000 }).toBeGreaterThan(0);
  });

  test.each([1, 2, 3])('in the middle of a load keeps a store that opens, round %i', async (round) => {
    const archive = await busyboxArchive();
    const load = suite.docker.start('load');
    load.child.stdin.write(archive.subarray(0, (archive.length * round) / 4));
    await expect.poll(() => suite.docker.run(['version']).then(({ code }) => code), { timeout: 30_000 }).toBe(0);
    await crash();
    load.child.stdin.end();
    expect((await load.ended).code).not.toBe(0);
    await suite.docker.feed(archive, 'load');
    expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'sound')).toBe('sound');
  });
});

test('SIGTERM ends the daemon with 0 and leaves containers running', async () => {
  await started('steady', BUSYBOX, 'sleep', '600');
  const { Pid } = (await suite.docker.inspect('steady')).State;
  expect((await suite.daemon.stop('SIGTERM')).code).toBe(0);
  await suite.daemon.start();
  expect((await suite.docker.inspect('steady')).State).toMatchObject({ Status: 'running', Pid });
});
