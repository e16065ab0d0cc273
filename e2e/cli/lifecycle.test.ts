import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

/** Starts a container that sleeps until it is told to end; resolves to its name. */
async function sleeper(...flags: string[]): Promise<string> {
  const name = unique('sleeper');
  await suite.docker.ok('run', '-d', '--name', name, ...flags, BUSYBOX, 'sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done');
  return name;
}

const state = async (name: string) => (await suite.docker.inspect(name)).State;

describe('a container from create to rm', () => {
  test('is created, started, seen by ps, stopped and removed', async () => {
    const name = unique('whole');
    const id = await suite.docker.ok('create', '--name', name, BUSYBOX, 'sleep', '600');
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect((await state(name)).Status).toBe('created');
    expect(await suite.docker.ok('start', name)).toBe(name);
    expect(await suite.docker.ok('ps', '--no-trunc', '--filter', `name=${name}`, '--format', '{{.ID}} {{.Image}} {{.State}}')).toBe(
      `${id} ${BUSYBOX} running`,
    );
    await suite.docker.ok('stop', '-t', '0', name);
    expect(await state(name)).toMatchObject({ Status: 'exited', Running: false, ExitCode: 137, Pid: 0 });
    await suite.docker.ok('rm', name);
    const { code, stderr } = await suite.docker.run(['inspect', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/No such object/i);
  });

  test('stop lets the program end by itself, kill does not ask', async () => {
    const polite = await sleeper();
    await suite.docker.ok('stop', polite);
    expect((await state(polite)).ExitCode).toBe(0);
    const coded = unique('coded');
    const foreground = suite.docker.start(
      'run',
      '--name',
      coded,
      BUSYBOX,
      'sh',
      '-c',
      'trap "exit 143" TERM; echo ready; while :; do sleep 0.1; done',
    );
    await foreground.printed(/ready/);
    await suite.docker.ok('stop', coded);
    expect((await foreground.ended).code).toBe(143);
    const rude = await sleeper();
    await suite.docker.ok('kill', rude);
    expect((await state(rude)).ExitCode).toBe(137);
    await suite.docker.ok('rm', polite, coded, rude);
  });

  test('kill -s delivers any signal', async () => {
    const name = unique('signal');
    await suite.docker.ok(
      'run',
      '-d',
      '--name',
      name,
      BUSYBOX,
      'sh',
      '-c',
      'trap "echo caught; exit 3" USR1; echo ready; while :; do sleep 0.1; done',
    );
    const logs = suite.docker.start('logs', '-f', name);
    await logs.printed(/ready/);
    await suite.docker.ok('kill', '-s', 'USR1', name);
    await logs.printed(/caught/);
    expect(await suite.docker.ok('wait', name)).toBe('3');
    await suite.docker.ok('rm', name);
  });

  test('restart gives it a new process', async () => {
    const name = await sleeper();
    const before = await state(name);
    await suite.docker.ok('restart', name);
    const after = await state(name);
    expect(after.Status).toBe('running');
    expect(after.Pid).not.toBe(before.Pid);
    await suite.docker.ok('rm', '-f', name);
  });

  test('wait answers with the exit code when the container ends', async () => {
    const name = unique('awaited');
    await suite.docker.ok('run', '-d', '-i', '--name', name, BUSYBOX, 'sh', '-c', 'read line; exit 5');
    const wait = suite.docker.start('wait', name);
    await suite.docker.feed('go\n', 'attach', name).catch((error: Error) => expect(error.message).toContain('ended with 5'));
    expect((await wait.ended).stdout).toBe('5\n');
    await suite.docker.ok('rm', name);
  });

  test('pause holds it still, unpause lets it go on', async () => {
    const name = await sleeper();
    await suite.docker.ok('pause', name);
    expect(await state(name)).toMatchObject({ Status: 'paused', Paused: true, Running: true });
    expect(await suite.docker.ok('ps', '--filter', `name=${name}`, '--format', '{{.Status}}')).toContain('(Paused)');
    await suite.docker.ok('unpause', name);
    expect((await state(name)).Status).toBe('running');
    await suite.docker.ok('rm', '-f', name);
  });

  test('rename changes the name alone', async () => {
    const name = await sleeper();
    const { Id } = await suite.docker.inspect(name);
    const other = unique('renamed');
    await suite.docker.ok('rename', name, other);
    expect(await suite.docker.inspect(other)).toMatchObject({ Id, Name: `/${other}` });
    await suite.docker.ok('rm', '-f', other);
  });

  test('a running one is not removed without -f', async () => {
    const name = await sleeper();
    const { code, stderr } = await suite.docker.run(['rm', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/running container|container is running/i);
    await suite.docker.ok('rm', '-f', name);
  });

  test('a name in use is a conflict that names its holder', async () => {
    const name = await sleeper();
    const { Id } = await suite.docker.inspect(name);
    const { code, stderr } = await suite.docker.run(['create', '--name', name, BUSYBOX]);
    expect(code).toBe(1);
    expect(stderr).toContain(`The container name "/${name}" is already in use by container`);
    expect(stderr).toContain(Id);
    await suite.docker.ok('rm', '-f', name);
  });

  test('--restart=on-failure starts it again as often as told', async () => {
    const name = unique('stubborn');
    await suite.docker.ok('run', '-d', '--name', name, '--restart=on-failure:2', BUSYBOX, 'sh', '-c', 'echo try; exit 1');
    await expect.poll(async () => (await suite.docker.inspect(name)).RestartCount, { timeout: 15_000 }).toBe(2);
    await expect.poll(async () => (await state(name)).Status, { timeout: 15_000 }).toBe('exited');
    expect(await suite.docker.ok('logs', name)).toBe('try\ntry\ntry');
    await suite.docker.ok('rm', name);
  });

  test('memory beyond its limit ends it as out of memory', async () => {
    const name = unique('hungry');
    const { code } = await suite.docker.run([
      'run',
      '--name',
      name,
      '--memory=16m',
      '--memory-swap=16m',
      BUSYBOX,
      'sh',
      '-c',
      'head -c 200m /dev/zero | tail',
    ]);
    expect(code).not.toBe(0);
    expect((await state(name)).OOMKilled).toBe(true);
    await suite.docker.ok('rm', name);
  });
});

describe('docker ps', () => {
  test('filters by state, label, ancestor, exit code and name', async () => {
    const mark = unique('mark');
    const running = await sleeper('--label', `batch=${mark}`, '--label', 'kind=a');
    const exited = unique('exited');
    await suite.docker.run(['run', '--name', exited, '--label', `batch=${mark}`, BUSYBOX, 'sh', '-c', 'exit 4']);
    const names = async (...filters: string[]) => {
      const flags = [`label=batch=${mark}`, ...filters].flatMap((filter) => ['--filter', filter]);
      return (await suite.docker.ok('ps', '-a', ...flags, '--format', '{{.Names}}')).split('\n').filter(Boolean).toSorted();
    };
    expect(await names()).toEqual([exited, running].toSorted());
    expect(await names('status=running')).toEqual([running]);
    expect(await names('label=kind=a')).toEqual([running]);
    expect(await names('exited=4')).toEqual([exited]);
    expect(await names(`ancestor=${BUSYBOX}`)).toEqual([exited, running].toSorted());
    expect(await names(`name=${exited}`)).toEqual([exited]);
    await suite.docker.ok('rm', '-f', running, exited);
  });

  test('-s, -l and -n answer as documented', async () => {
    const name = await sleeper();
    expect(await suite.docker.ok('ps', '-l', '--format', '{{.Names}}')).toBe(name);
    expect(await suite.docker.ok('ps', '-n', '1', '--format', '{{.Names}}')).toBe(name);
    expect(await suite.docker.ok('ps', '-s', '--filter', `name=${name}`, '--format', '{{.Size}}')).toMatch(
      /^[\d.]+k?B \(virtual [\d.]+MB\)$/,
    );
    await suite.docker.ok('rm', '-f', name);
  });
});

test('inspect --format, --size and --type', async () => {
  const name = await sleeper('-e', 'A=1');
  expect(await suite.docker.ok('inspect', '--format', '{{.State.Status}} {{.HostConfig.NetworkMode}} {{json .Args}}', name)).toMatch(
    /^running (bridge|default) \["-c",/,
  );
  expect(Number(await suite.docker.ok('inspect', '--size', '--format', '{{.SizeRootFs}}', name))).toBeGreaterThan(500_000);
  expect(await suite.docker.ok('inspect', '--type=image', '--format', '{{.Os}}', BUSYBOX)).toBe('linux');
  await suite.docker.ok('rm', '-f', name);
});

test('a container is given the time to stop that was asked for, be it years', async () => {
  const command = 'trap "sleep 0.3; exit 7" TERM; echo ready; while :; do sleep 0.1; done';
  await suite.docker.ok('run', '-d', '--name', 'patient', BUSYBOX, 'sh', '-c', command);
  await expect.poll(() => suite.docker.ok('logs', 'patient')).toBe('ready');
  await suite.docker.ok('stop', '-t', '6291456', 'patient');
  expect((await suite.docker.inspect('patient')).State.ExitCode).toBe(7);
  await suite.docker.ok('rm', 'patient');
});
