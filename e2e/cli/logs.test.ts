import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

/** A container that printed this and ended. */
async function ended(script: string): Promise<string> {
  const name = unique('log');
  await suite.docker.run(['run', '--name', name, BUSYBOX, 'sh', '-c', script]);
  return name;
}

describe('docker logs', () => {
  test('gives both streams back as they were written', async () => {
    const name = await ended('echo one; echo two >&2; printf three');
    const { stdout, stderr } = await suite.docker.run(['logs', name]);
    expect({ stdout, stderr }).toEqual({ stdout: 'one\nthree', stderr: 'two\n' });
  });

  test('--tail gives the last lines only', async () => {
    const name = await ended('seq 1 1000');
    expect(await suite.docker.ok('logs', '--tail', '3', name)).toBe('998\n999\n1000');
    expect(await suite.docker.ok('logs', '--tail', '0', name)).toBe('');
    expect((await suite.docker.ok('logs', '--tail', 'all', name)).split('\n')).toHaveLength(1000);
  });

  test('--timestamps puts the time before every line; --since and --until cut by it', async () => {
    const name = await ended('echo early; sleep 1.2; echo late');
    const lines = (await suite.docker.ok('logs', '-t', name)).split('\n');
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z early$/);
    const times = lines.map((line) => line.split(' ')[0]!);
    const between = new Date((Date.parse(times[0]!) + Date.parse(times[1]!)) / 2).toISOString();
    expect(await suite.docker.ok('logs', '--since', between, name)).toBe('late');
    expect(await suite.docker.ok('logs', '--until', between, name)).toBe('early');
  });

  test('-f gives lines as they come and ends with the container', async () => {
    const name = unique('follow');
    await suite.docker.ok(
      'run',
      '-di',
      '--name',
      name,
      BUSYBOX,
      'sh',
      '-c',
      'echo first; while read line && [ $line != quit ]; do echo "got $line"; done',
    );
    const follow = suite.docker.start('logs', '-f', name);
    await follow.printed(/first/);
    const attach = suite.docker.start('attach', '--no-stdin=false', name);
    attach.write('ahoy\n');
    await follow.printed(/got ahoy/);
    attach.write('quit\n');
    expect(await follow.ended).toMatchObject({ code: 0, stdout: 'first\ngot ahoy\n' });
    await attach.ended;
  });

  test('loses no line and no order under load', async () => {
    const name = await ended('seq 1 50000');
    const { stdout } = await suite.docker.run(['logs', name]);
    expect(stdout).toBe(Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  test('keeps a line longer than any buffer whole', async () => {
    const name = await ended('head -c 100000 /dev/zero | tr "\\0" x; echo; echo after');
    expect(await suite.docker.ok('logs', name)).toBe(`${'x'.repeat(100_000)}\nafter`);
  });
});
