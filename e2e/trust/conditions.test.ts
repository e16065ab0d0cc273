import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { cgroupFolders, namesOf, processesOf } from '../fixtures/leftovers.ts';
import { must, run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { bridgePrefix, disagreements } from './faults/census.ts';

const PATIENCE = { timeout: 120_000, interval: 100 };
const suite = useDaemon();
const names: string[] = [];

afterEach(async () => {
  if (names.length > 0) await suite.docker.ok('rm', '-fv', ...names.splice(0));
});

async function started(name: string, ...args: string[]): Promise<void> {
  names.push(name);
  await suite.docker.ok('run', '-d', '--name', name, ...args);
}

const stateOf = async (name: string) => (await suite.docker.inspect(name)).State;

/** What is there agrees with what the daemon says, as soon as it has seen to it. */
const agreement = (daemon: Daemon) => expect.poll(() => disagreements(daemon), PATIENCE).toEqual([]);

/** Pids of shims of the suite's daemon. */
function shims(): number[] {
  return processesOf(suite.daemon.root)
    .filter((pid) => existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('slipway-shim'))
    .map(Number);
}

describe('processes killed from outside', () => {
  test('the shim: the container has ended, nothing of it is left, and its port is free', async () => {
    await started('shimless', '-p', '127.0.0.1::80', BUSYBOX, 'sleep', '600');
    const port = (await suite.docker.ok('port', 'shimless', '80')).split(':').at(-1);
    for (const pid of shims()) process.kill(pid, 'SIGKILL');
    await expect.poll(() => stateOf('shimless'), PATIENCE).toMatchObject({ Status: 'exited', ExitCode: 137 });
    await agreement(suite.daemon);
    await started('heir', '-p', `127.0.0.1:${port}:80`, BUSYBOX, 'sleep', '600');
    await suite.docker.ok('start', 'shimless').catch(() => undefined);
    await agreement(suite.daemon);
  });

  test("the container's init, while networks are connected and execs begun: each is done or refused, and nothing is kept", async () => {
    await suite.docker.ok('network', 'create', 'brief');
    const { http } = suite.daemon;
    const answers: string[] = [];
    for (let round = 0; round < 20; round++) {
      const name = `brief${round}`;
      await started(name, BUSYBOX, 'sleep', '600');
      const pid = (await stateOf(name)).Pid;
      const { json: exec } = await http.post(`/containers/${name}/exec`, { Cmd: ['true'] });
      const connected = http.post('/networks/brief/connect', { Container: name });
      const begun = http.post(`/exec/${exec.Id}/start`, { Detach: true });
      // Each round at another moment of what is under way.
      await setTimeout(round);
      process.kill(pid, 'SIGKILL');
      answers.push(...(await Promise.all([connected, begun])).map(({ status, text }) => `${status} ${text}`));
    }
    expect(answers.filter((answer) => !/^(200|409) /.test(answer))).toEqual([]);
    await suite.docker.ok('rm', '-fv', ...names.splice(0));
    await suite.docker.ok('network', 'rm', 'brief');
    await agreement(suite.daemon);
  });

  test('the shim of a container that is always restarted', async () => {
    await started('phoenix', '--restart=always', BUSYBOX, 'sleep', '600');
    const { StartedAt } = await stateOf('phoenix');
    for (const pid of shims()) process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await stateOf('phoenix')).StartedAt, PATIENCE).not.toBe(StartedAt);
    await expect.poll(async () => (await stateOf('phoenix')).Status, PATIENCE).toBe('running');
    await agreement(suite.daemon);
  });

  test("the container's init", async () => {
    await started('headless', BUSYBOX, 'sh', '-c', 'echo alive; sleep 600');
    process.kill((await stateOf('headless')).Pid, 'SIGKILL');
    await expect.poll(() => stateOf('headless'), PATIENCE).toMatchObject({ Status: 'exited', ExitCode: 137 });
    expect(await suite.docker.ok('logs', 'headless')).toBe('alive');
    await agreement(suite.daemon);
  });

  test('the shim, while no daemon runs', { timeout: 300_000 }, async () => {
    await started('orphan', BUSYBOX, 'sleep', '600');
    const victims = shims();
    await suite.daemon.stop('SIGKILL');
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    await suite.daemon.start();
    expect(await stateOf('orphan')).toMatchObject({ Status: 'exited', Pid: 0 });
    await agreement(suite.daemon);
    await suite.docker.ok('start', 'orphan');
  });
});

describe('limits of the daemon itself', () => {
  test('out of descriptors: requests are refused, nothing is left, and it goes on when there are some', async () => {
    const { pid } = suite.daemon;
    const open = readdirSync(`/proc/${pid}/fd`).length;
    const limit = (soft: number) => must('prlimit', [`--pid=${pid}`, `--nofile=${soft}:`]);
    const before = await must('prlimit', [`--pid=${pid}`, '--nofile', '--output=SOFT', '--noheadings']);
    await limit(open + 3);
    const { code } = await suite.docker.run(['run', '--name', 'starved', BUSYBOX, 'true'], { timeoutMs: 20_000 });
    await limit(Number(before.trim()));
    expect(code).not.toBe(0);
    await suite.docker.run(['rm', '-f', 'starved']);
    expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'fed')).toBe('fed');
    await agreement(suite.daemon);
  });

  test('out of processes: a start fails with a word, nothing is left, and it goes on when there are some', async () => {
    const folder = join(pidsHierarchy(), `slipway-conditions-${process.pid}`);
    mkdirSync(folder);
    try {
      writeFileSync(join(folder, 'cgroup.procs'), String(suite.daemon.pid));
      const threads = readFileSync(join(folder, 'pids.current'), 'utf8').trim();
      writeFileSync(join(folder, 'pids.max'), threads);
      const { code, stderr } = await suite.docker.run(['run', '--name', 'crowded', BUSYBOX, 'true']);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/Resource temporarily unavailable|EAGAIN/);
      writeFileSync(join(folder, 'pids.max'), 'max');
      await suite.docker.ok('rm', '-f', 'crowded');
      expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'roomy')).toBe('roomy');
      await agreement(suite.daemon);
    } finally {
      writeFileSync(join(folder, '../cgroup.procs'), String(suite.daemon.pid));
      rmdirSync(folder);
    }
  });
});

/** Where the pids controller is: a hierarchy of its own in cgroup v1. */
function pidsHierarchy(): string {
  return existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
}

describe('a disk', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon({ dataSize: '48m,nr_inodes=6000' });
    await daemon.load(await busyboxArchive());
    // Without a log, so that nothing is open for writing when the disk becomes read-only.
    await daemon.docker.ok('run', '-d', '--name', 'steady', '--log-driver', 'none', BUSYBOX, 'sleep', '600');
  });
  afterAll(() => daemon.remove());

  const filler = () => join(daemon.dataRoot, 'filler');
  const steady = async () => expect((await daemon.docker.inspect('steady')).State.Status).toBe('running');

  /** What can be asked of it without writing is answered, and all works once there is room again. */
  async function recovers(): Promise<void> {
    await steady();
    expect(await daemon.docker.ok('run', '--rm', BUSYBOX, 'echo', 'afloat')).toBe('afloat');
    await agreement(daemon);
  }

  test('that is full to the last byte: a word for what cannot be done, also from the database', { timeout: 300_000 }, async () => {
    fill(filler());
    const outcomes = await Promise.all(
      [1, 2, 3].map((index) => daemon.docker.run(['volume', 'create', '--label', `text=${'x'.repeat(20_000)}`, `full-${index}`])),
    );
    for (const { code, stderr } of outcomes.filter((outcome) => outcome.code !== 0)) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/no space left on device|disk is full/i);
    }
    expect((await daemon.docker.run(['create', '--name', 'full', BUSYBOX, 'true'])).code).not.toBe(0);
    await steady();
    await daemon.stop('SIGKILL');
    rmSync(filler());
    await daemon.start();
    await daemon.docker.run(['volume', 'rm', 'full-1', 'full-2', 'full-3']);
    await daemon.docker.run(['rm', '-f', 'full']);
    await recovers();
  });

  test('without a free inode', { timeout: 300_000 }, async () => {
    mkdirSync(filler());
    for (let count = 0, more = true; more; count++) {
      try {
        writeFileSync(join(filler(), `${count}`), '');
      } catch {
        more = false;
      }
    }
    const { code, stderr } = await daemon.docker.run(['create', '--name', 'full', BUSYBOX, 'true']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no space left on device/i);
    await steady();
    rmSync(filler(), { recursive: true });
    await recovers();
  });

  test('that has become read-only: the daemon says so, and containers go on', { timeout: 300_000 }, async () => {
    const { Pid } = (await daemon.docker.inspect('steady')).State;
    await daemon.stop('SIGKILL');
    await must('mount', ['-o', 'remount,ro', daemon.dataRoot]);
    const { code, stderr } = await daemon.launch().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/read-?only/i);
    expect(existsSync(`/proc/${Pid}`)).toBe(true);
    await must('mount', ['-o', 'remount,rw', daemon.dataRoot]);
    await daemon.start();
    await recovers();
  });

  test('with a damaged database: the daemon says so and how to go on, and goes on', { timeout: 300_000 }, async () => {
    await daemon.stop();
    const path = join(daemon.dataRoot, 'state.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(path);
    // The page that the schema's second table begins with.
    bytes.fill(0xa5, 4096 * 2, 4096 * 3);
    writeFileSync(path, bytes);
    const { code, stderr } = await daemon.launch().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/database .*state\.db is damaged .*--repair-database/);
    const repair = await daemon.launch('--repair-database').ended;
    expect(repair.code, repair.stderr).toBe(0);
    expect(repair.stdout).toMatch(/container: \d+ rows/);
    await daemon.start();
    await daemon.load(await busyboxArchive());
    expect(await daemon.docker.ok('run', '--rm', BUSYBOX, 'echo', 'afloat')).toBe('afloat');
    await agreement(daemon);
  });
});

/** Writes until not one byte more goes in. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  for (const size of [1 << 20, 4096, 1])
    for (let full = false; !full;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        full = true;
      }
    }
  closeSync(file);
}

test('a reboot: what ran has ended, what is to be restarted runs again, and all else is as it was', { timeout: 300_000 }, async () => {
  const { daemon, docker } = suite;
  await docker.ok('network', 'create', '-o', `com.docker.network.bridge.name=${harbour(daemon)}`, 'harbour');
  await started('sleeper', '--network', 'harbour', BUSYBOX, 'sh', '-c', 'echo before; sleep 600');
  await started('again', '--restart=always', '--network', 'harbour', '-p', '127.0.0.1::8080', BUSYBOX, 'httpd', '-f', '-p', '8080');
  await started('stopped', '--restart=unless-stopped', BUSYBOX, 'sleep', '600');
  await docker.ok('stop', '-t', '0', 'stopped');
  const port = await docker.ok('port', 'again', '8080');
  await expect.poll(() => docker.ok('logs', 'sleeper'), PATIENCE).toBe('before');
  await daemon.stop('SIGKILL');
  await forgetBoot(daemon);
  await daemon.start();
  expect(await stateOf('sleeper')).toMatchObject({ Status: 'exited', Pid: 0 });
  expect(await docker.ok('logs', 'sleeper')).toBe('before');
  await expect.poll(async () => (await stateOf('again')).Status, PATIENCE).toBe('running');
  expect((await docker.ok('port', 'again', '8080')).split(':')[0]).toBe(port.split(':')[0]);
  expect((await stateOf('stopped')).Status).toBe('exited');
  await docker.ok('start', 'sleeper');
  expect(await docker.ok('exec', 'sleeper', 'nslookup', '-type=a', 'again', '127.0.0.11')).toContain('again');
  await agreement(daemon);
  await docker.ok('rm', '-fv', ...names.splice(0));
  await docker.ok('network', 'rm', 'harbour');
});

/** The bridge of a network of its own. */
const harbour = (daemon: Daemon) => `${bridgePrefix(daemon)}harbour`;

/** What a boot takes away: processes, cgroups, links, rules, and the exec root. */
async function forgetBoot(daemon: Daemon): Promise<void> {
  const { root, dataRoot, execRoot } = daemon;
  const { bridge, table, cgroup } = namesOf(dataRoot);
  for (const pid of processesOf(root)) process.kill(Number(pid), 'SIGKILL');
  for (const folder of cgroupFolders(cgroup)) {
    const inside = () => run('find', [folder, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+']);
    for (const pid of (await inside()).stdout.split('\n').filter(Boolean)) await run('kill', ['-9', pid]);
    await expect.poll(async () => (await inside()).stdout, PATIENCE).toBe('');
    await must('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']);
  }
  for (const link of [bridge, harbour(daemon)]) await must('ip', ['link', 'delete', link]);
  for (const name of [table, `${table}-user`]) await must('nft', ['delete', 'table', 'inet', name]);
  rmSync(execRoot, { recursive: true, force: true });
  rmSync(join(root, 'pid'), { force: true });
}
