import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

describe('docker events', () => {
  test('tell the life of a container in order, while it happens and afterwards', async () => {
    const name = unique('watched');
    const since = `${Date.now() / 1000 - 1}`;
    const listeners = () => suite.docker.ok('info', '--format', '{{.NEventsListener}}').then(Number);
    const others = await listeners();
    const live = suite.docker.start('events', '--filter', `container=${name}`, '--format', '{{.Action}}');
    await expect.poll(listeners).toBe(others + 1);
    await suite.docker.ok('run', '--name', name, BUSYBOX, 'true');
    await suite.docker.ok('rm', name);
    await live.printed(/destroy/);
    await live.kill('SIGINT');
    const actions = live.stdout.trim().split('\n');
    expect(actions.filter((action) => ['create', 'start', 'die', 'destroy'].includes(action))).toEqual([
      'create',
      'start',
      'die',
      'destroy',
    ]);
    const until = `${Date.now() / 1000}`;
    const past = await suite.docker.ok(
      'events',
      '--since',
      since,
      '--until',
      until,
      '--filter',
      `container=${name}`,
      '--format',
      '{{.Action}}',
    );
    expect(past.split('\n')).toEqual(actions);
  });

  test('are filtered by type and event, and carry attributes', async () => {
    const since = `${Date.now() / 1000 - 1}`;
    await suite.docker.ok('tag', BUSYBOX, 'event:tag');
    await suite.docker.ok('rmi', 'event:tag');
    await suite.docker.run(['run', '--rm', BUSYBOX, 'sh', '-c', 'exit 3']);
    const events = (...filters: string[]) =>
      suite.docker.ok(
        'events',
        '--since',
        since,
        '--until',
        `${Date.now() / 1000}`,
        ...filters.flatMap((filter) => ['--filter', filter]),
        '--format',
        '{{json .}}',
      );
    const image = (await events('type=image', 'event=tag')).split('\n').map((line) => JSON.parse(line));
    expect(image).toMatchObject([{ Type: 'image', Action: 'tag', Actor: { Attributes: { name: 'event:tag' } } }]);
    const died = (await events('event=die')).split('\n').map((line) => JSON.parse(line));
    expect(died.at(-1)).toMatchObject({ Type: 'container', Actor: { Attributes: { exitCode: '3', image: BUSYBOX } } });
  });
});

describe('docker stats', () => {
  test('--no-stream has a row for every running container with sensible figures', async () => {
    const name = unique('busy');
    await suite.docker.ok('run', '-d', '--name', name, '--memory=64m', BUSYBOX, 'sh', '-c', 'while :; do :; done');
    const row = await suite.docker.ok('stats', '--no-stream', '--format', '{{json .}}', name);
    const { Name, CPUPerc, MemUsage, PIDs } = JSON.parse(row);
    expect(Name).toBe(name);
    expect(Number.parseFloat(CPUPerc)).toBeGreaterThan(10);
    expect(MemUsage).toMatch(/^[\d.]+(KiB|MiB) \/ 64MiB$/);
    expect(Number(PIDs)).toBe(1);
    await suite.docker.ok('rm', '-f', name);
  });

  test('streams one record after the other', async () => {
    const name = unique('stream');
    await suite.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', '600');
    const response = await suite.http.open('GET', `/containers/${name}/stats?stream=true`);
    const records: any[] = [];
    for await (const chunk of response) {
      records.push(
        ...String(chunk)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      if (records.length === 2) break;
    }
    expect(Date.parse(records[1].read)).toBeGreaterThan(Date.parse(records[0].read));
    expect(records[1].precpu_stats.cpu_usage.total_usage).toBe(records[0].cpu_stats.cpu_usage.total_usage);
    expect(records[0].memory_stats.usage).toBeGreaterThan(0);
    await suite.docker.ok('rm', '-f', name);
  });
});

describe('docker info and version', () => {
  test('info counts containers and names drivers', async () => {
    const name = unique('counted');
    await suite.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', '600');
    const info = JSON.parse(await suite.docker.ok('info', '--format', '{{json .}}'));
    expect(info).toMatchObject({
      ContainersRunning: 1,
      Driver: 'overlay2',
      LoggingDriver: 'json-file',
      OSType: 'linux',
      DockerRootDir: suite.daemon.dataRoot,
    });
    await suite.docker.ok('rm', '-f', name);
  });

  test('version tells what the server speaks', async () => {
    const { Server } = JSON.parse(await suite.docker.ok('version', '--format', '{{json .}}'));
    expect(Server.MinAPIVersion).toBe('1.24');
    expect(Server.Os).toBe('linux');
  });
});
