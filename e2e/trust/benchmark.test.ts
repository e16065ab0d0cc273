import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { useDaemon } from '../fixtures/suite.ts';

// The checks of the CIS Docker Benchmark (as docker-bench-security makes them) that are about what a daemon or a container has when
// nobody says otherwise. The numbers are the benchmark's; docs/trust.md has those that are about an operator's own choices.

const suite = useDaemon();
const HARDENED = [
  '--icc=false',
  '--no-new-privileges',
  '--default-ulimit=nofile=1024:2048',
  '--userland-proxy=false',
  '--log-driver=local',
];
/** Docker's default capabilities, as in /proc/PID/status. */
const DEFAULT_CAPABILITIES = 0xa80425fbn;

let info: any;
let container: any;
let status: Map<string, string>;

const permissions = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function look(daemon: Daemon, name: string): Promise<{ info: any; container: any; status: Map<string, string> }> {
  await daemon.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', '600');
  const lines = (await daemon.docker.ok('exec', name, 'cat', '/proc/1/status')).split('\n').map((line) => line.split(':\t'));
  return {
    info: JSON.parse(await daemon.docker.ok('info', '--format', '{{json .}}')),
    container: await daemon.docker.inspect(name),
    status: new Map(lines.map(([key = '', value = '']) => [key, value.trim()])),
  };
}

beforeAll(async () => {
  ({ info, container, status } = await look(suite.daemon, 'by-default'));
});
afterAll(() => suite.docker.ok('rm', '-f', 'by-default'));

describe('a daemon as it comes', () => {
  test.each<[check: string, holds: () => unknown, wanted: unknown]>([
    ['2.3 logs at the level info', () => info.Debug, false],
    ['2.5 takes no registry beyond this host without TLS', () => info.RegistryConfig.InsecureRegistryCIDRs, ['::1/128', '127.0.0.0/8']],
    ['2.6 does not use aufs', () => info.Driver, 'overlay2'],
    ['2.10 puts containers below a cgroup of its own', () => info.CgroupDriver, 'cgroupfs'],
    ['2.15 keeps containers while it restarts', () => info.LiveRestoreEnabled, true],
    [
      '2.17 has a seccomp profile',
      () => info.SecurityOptions.some((each: string) => each.startsWith('name=seccomp,profile=builtin')),
      true,
    ],
    ['2.18 has no experimental features on', () => info.ExperimentalBuild, false],
    ['3.16 gives its socket to nobody but its group', () => permissions(suite.daemon.socket), '660'],
    ['3.15 gives its socket to root', () => statSync(suite.daemon.socket).uid, 0],
    ['lets nobody but root list its data', () => permissions(suite.daemon.dataRoot), '710'],
    [
      'lets nobody but root read what it keeps',
      () => readdirSync(suite.daemon.dataRoot).filter((name) => (statSync(join(suite.daemon.dataRoot, name)).mode & 0o007) !== 0),
      [],
    ],
  ])('%s', (_, holds, wanted) => {
    expect(holds()).toEqual(wanted);
  });
});

describe('a container as it comes', () => {
  test.each<[check: string, holds: () => unknown, wanted: unknown]>([
    ['5.3 has no capabilities beyond the default ones', () => BigInt(`0x${status.get('CapEff')}`) & ~DEFAULT_CAPABILITIES, 0n],
    ['5.3 has no ambient capabilities', () => BigInt(`0x${status.get('CapAmb')}`), 0n],
    ['5.4 is not privileged', () => container.HostConfig.Privileged, false],
    ['5.5 has nothing of the host mounted', () => container.Mounts, []],
    ['5.9 does not share the network of the host', () => container.HostConfig.NetworkMode, 'bridge'],
    ['5.15 does not share the processes of the host', () => container.HostConfig.PidMode, ''],
    ['5.16 does not share the IPC of the host', () => container.HostConfig.IpcMode, 'private'],
    ['5.17 has no devices of the host', () => container.HostConfig.Devices ?? [], []],
    ['5.19 passes no mounts on', () => container.Mounts.filter(({ Propagation }: any) => Propagation === 'shared'), []],
    ['5.20 does not share the host name of the host', () => container.HostConfig.UTSMode, ''],
    ['5.21 is held by seccomp (2: a filter)', () => status.get('Seccomp'), '2'],
    ['5.24 is below the cgroup of the daemon', () => container.HostConfig.CgroupParent, ''],
    ['5.30 does not share the user namespace on its own wish', () => container.HostConfig.UsernsMode, ''],
    ['5.31 does not have the socket of the daemon', () => container.HostConfig.Binds ?? [], []],
    ['has parts of /proc masked', () => container.HostConfig.MaskedPaths.includes('/proc/kcore'), true],
    ['cannot write to parts of /proc', () => container.HostConfig.ReadonlyPaths.includes('/proc/sys'), true],
  ])('%s', (_, holds, wanted) => {
    expect(holds()).toEqual(wanted);
  });
});

describe('a daemon with the settings that the benchmark asks for', () => {
  let hardened: Daemon;
  beforeAll(async () => {
    hardened = await startDaemon({ flags: HARDENED });
    await hardened.load(await busyboxArchive());
  });
  afterAll(() => hardened?.remove());

  test('has them in force: 2.2, 2.8, 2.13, 2.14, 2.16, and 5.18 and 5.25 for its containers', async () => {
    const seen = await look(hardened, 'hardened');
    const bridge = JSON.parse(await hardened.docker.ok('network', 'inspect', 'bridge'))[0];
    expect(bridge.Options['com.docker.network.bridge.enable_icc']).toBe('false');
    expect(await hardened.docker.ok('exec', 'hardened', 'sh', '-c', 'ulimit -Sn; ulimit -Hn')).toBe('1024\n2048');
    expect(seen.info.LoggingDriver).toBe('local');
    expect(seen.info.SecurityOptions).toContain('name=no-new-privileges');
    expect(seen.status.get('NoNewPrivs')).toBe('1');
    await hardened.docker.ok('rm', '-f', 'hardened');
  });
});
