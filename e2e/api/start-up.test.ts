import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { namesOf } from '../fixtures/leftovers.ts';
import { must } from '../fixtures/process.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

/** How a second daemon with the first one's roots and these flags ends. */
async function refusal(...flags: string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await suite.daemon.launch(...flags).ended;
  return { code, stderr };
}

describe('a daemon that cannot start says so in a sentence and ends with 1', () => {
  test('where another runs', async () => {
    const { code, stderr } = await refusal();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`a daemon already runs as process ${suite.daemon.pid}`));
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'unharmed')).toBe('unharmed');
  });

  test('on roots of another daemon, with a pidfile of its own', async () => {
    const { code, stderr } = await refusal(`--pidfile=${join(suite.daemon.root, 'other.pid')}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/another daemon|in use|already/i);
    expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'unharmed')).toBe('unharmed');
  });

  test('with a flag it does not know', async () => {
    expect(await refusal('--no-such-flag')).toMatchObject({ code: 1, stderr: expect.stringContaining('--no-such-flag') });
  });

  test('with a host it does not understand', async () => {
    expect(await refusal('--host=ftp://somewhere')).toMatchObject({ code: 1, stderr: expect.stringContaining('ftp://somewhere') });
  });

  test('with a configuration file that is not JSON', async () => {
    const path = join(suite.daemon.root, 'broken.json');
    writeFileSync(path, '{ "debug": ');
    expect(await refusal(`--config-file=${path}`)).toMatchObject({ code: 1, stderr: expect.stringContaining(path) });
  });

  test('without root', async () => {
    const command = join(import.meta.dirname, '../../server/bin/slipwayd');
    const as = ['--reuid=65534', '--regid=65534', '--clear-groups', command];
    await expect(must('setpriv', as)).rejects.toThrow(/needs root|permission denied|EACCES/i);
  });
});

describe('several daemons side by side', () => {
  test('have bridges, tables, containers and images of their own', async () => {
    const other = await startDaemon();
    try {
      await other.load(await busyboxArchive());
      const [ours, theirs] = [namesOf(suite.daemon.dataRoot), namesOf(other.dataRoot)];
      await suite.docker.ok('run', '-d', '--name', 'same', BUSYBOX, 'sleep', '600');
      await other.docker.ok('run', '-d', '--name', 'same', BUSYBOX, 'sleep', '600');
      expect(await must('ip', ['-o', 'link', 'show', ours.bridge])).toContain('UP');
      expect(await must('ip', ['-o', 'link', 'show', theirs.bridge])).toContain('UP');
      const tables = await must('nft', ['list', 'tables']);
      expect(tables).toContain(ours.table);
      expect(tables).toContain(theirs.table);
      expect(await other.docker.ok('ps', '-q')).not.toBe(await suite.docker.ok('ps', '-q'));
      await suite.docker.ok('rm', '-f', 'same');
      expect((await other.docker.inspect('same')).State.Running).toBe(true);
    } finally {
      await other.remove();
    }
  });
});

describe('flags', () => {
  test('--host is repeatable, TCP beside the socket; signed-in people only', async () => {
    const port = await freePort();
    const daemon = await startDaemon({ flags: [`--host=tcp://127.0.0.1:${port}`] });
    try {
      expect((await fetch(`http://127.0.0.1:${port}/_ping`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${port}/containers/json`)).status).toBe(401);
    } finally {
      await daemon.remove();
    }
  });

  test('the configuration file says the same as flags', async () => {
    const path = join(suite.daemon.root, 'labels.json');
    writeFileSync(path, JSON.stringify({ labels: ['deck=upper'], debug: true }));
    const daemon = await startDaemon({ flags: [`--config-file=${path}`] });
    try {
      expect((await daemon.http.get('/info')).json).toMatchObject({ Labels: ['deck=upper'], Debug: true });
    } finally {
      await daemon.remove();
    }
  });
});
