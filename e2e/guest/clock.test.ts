// The whole machine's clock is set: only the guest of `npm run test:v2` can have that done to it.
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { must, Running } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const DAY = 86_400;

/** Seconds since 1970, as the machine tells them now. */
const seconds = () => Math.floor(Date.now() / 1000);
const setClock = (to: number) => must('busybox', ['date', '-s', `@${to}`]);

/** Vitest's own waiting counts on the clock that is set here. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await check())) {
    if (performance.now() - begun > 60_000) throw new Error(`a minute passed, and still not: ${what}`);
    await setTimeout(250);
  }
}

const began = { wall: seconds(), monotonic: performance.now() };
afterAll(() => setClock(began.wall + Math.round((performance.now() - began.monotonic) / 1000)));

describe.each([
  ['forward by a day', DAY],
  ['back by three days', -3 * DAY],
])('a clock that is set %s', (_, jump) => {
  test('leaves running what runs, and what waits waits as long as before', async () => {
    const { docker, http } = suite;
    const check = ['--health-cmd=true', '--health-interval=1s', '--health-retries=1'];
    await docker.ok('run', '-d', '--name', 'checked', ...check, BUSYBOX, 'sleep', 'infinity');
    await docker.ok('run', '-d', '--name', 'stubborn', BUSYBOX, 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
    await docker.ok('run', '-d', '--name', 'restless', '--restart=always', BUSYBOX, 'sh', '-c', 'sleep 2; exit 3');
    await docker.ok('run', '-d', '--name', 'talking', BUSYBOX, 'sh', '-c', 'while :; do echo word; sleep 1; done');
    const inspect = async (name: string) => (await http.get(`/containers/${name}/json`)).json;
    await until('the check has been made', async () => (await inspect('checked')).State.Health.Status === 'healthy');
    const events = new Running('docker', ['-H', suite.daemon.host, 'events'], { timeoutMs: Infinity });
    const restartsBefore = (await inspect('restless')).RestartCount;

    await setClock(seconds() + jump);

    const now = seconds();
    const lastCheck = async () => Date.parse((await inspect('checked')).State.Health.Log.at(-1).Start) / 1000;
    await until('checks go on', async () => Math.abs((await lastCheck()) - now) < 120);
    await until('restarts go on', async () => (await inspect('restless')).RestartCount >= restartsBefore + 2);
    const begun = performance.now();
    await docker.ok('stop', '-t', '3', 'stubborn');
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(2_900);
    expect(took).toBeLessThan(30_000);
    expect((await inspect('stubborn')).State).toMatchObject({ Running: false, ExitCode: 137 });
    expect(Math.abs(Date.parse((await inspect('stubborn')).State.FinishedAt) / 1000 - seconds())).toBeLessThan(60);
    await docker.ok('run', '--name', 'later', BUSYBOX, 'true');
    await until('events are told as they come', async () => events.stdout.includes('name=later'));
    await events.kill();
    const fresh = await docker.ok('logs', '--timestamps', '--tail', '1', 'talking');
    expect(Math.abs(Date.parse(fresh.split(' ')[0]!) / 1000 - seconds())).toBeLessThan(60);
    expect(await docker.ok('ps', '--filter', 'name=checked', '--format', '{{.Status}}')).toMatch(/^Up .*\(healthy\)$/);
    const history = await docker.ok('events', '--since', String(seconds() - 300), '--until', String(seconds() + 1));
    expect(history).toContain('name=later');
  });

  afterEach(async () => {
    const all = (await suite.docker.ok('ps', '-aq')).split('\n').filter(Boolean);
    if (all.length > 0) await suite.docker.ok('rm', '-f', ...all);
  });

  test('keeps what is there over a start of the daemon', async () => {
    const { docker, daemon } = suite;
    await docker.ok('run', '-d', '--name', 'kept', '-p', '127.0.0.1::80', BUSYBOX, 'sleep', 'infinity');
    const port = await docker.ok('port', 'kept', '80');
    await daemon.stop('SIGKILL');
    await setClock(seconds() - jump / 2);
    await daemon.start();
    expect((await docker.inspect('kept')).State.Running).toBe(true);
    expect(await docker.ok('port', 'kept', '80')).toBe(port);
  });
});
