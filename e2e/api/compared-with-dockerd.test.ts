import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contender } from '../bench/contender.ts';
import { startDockerd } from '../bench/dockerd.ts';
import { run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
let dockerd: Contender;
beforeAll(async () => {
  dockerd = await startDockerd(['--iptables=false', '--bridge=none']);
}, 120_000);
afterAll(async () => {
  await dockerd?.stop();
  // Dockerd leaves its parent of cgroups behind; one that is in use stays.
  await run('sh', ['-c', 'rmdir /sys/fs/cgroup/*/docker']);
});

/** The version of the API that Debian's dockerd speaks. */
const get = (path: string) => Promise.all([dockerd, suite].map(async ({ http }) => (await http.get(`/v1.41${path}`)).json));

/** Paths of all fields, with the JSON type of each; of lists the first item stands for all. */
function shape(value: unknown, path = ''): Map<string, string> {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const own = new Map(path === '' ? [] : [[path, type]]);
  if (type !== 'object' && type !== 'array') return own;
  const children = Array.isArray(value) ? value.slice(0, 1).map((item) => ['[]', item]) : Object.entries(value as object);
  for (const [name, child] of children as [string, unknown][])
    for (const [at, kind] of shape(child, path === '' ? name : `${path}.${name}`)) own.set(at, kind);
  return own;
}

/** How two answers differ in form. */
function difference(theirs: unknown, ours: unknown): { missing: string[]; more: string[]; other: string[] } {
  const [a, b] = [shape(theirs), shape(ours)];
  return {
    missing: [...a.keys()].filter((path) => !b.has(path)),
    more: [...b.keys()].filter((path) => !a.has(path)),
    other: [...a].filter(([path, type]) => b.has(path) && b.get(path) !== type).map(([path]) => path),
  };
}

describe('docker info, field by field with that of dockerd', () => {
  test('has its fields, but for', async () => {
    const [theirs, ours] = await get('/info');
    // Which runtimes there are by name is compared below.
    const strip = (info: any) => ({ ...info, Runtimes: 'by name' });
    expect(difference(strip(theirs), strip(ours))).toEqual({
      missing: [
        // Limits of the kernel's own memory, which the kernel has given up; left out is what Docker does without them.
        'KernelMemory',
        'KernelMemoryTCP',
      ],
      more: [
        // Dockerd of today tells these of its own accord to clients of every version.
        'FirewallBackend',
        'FirewallBackend.Driver',
        'CDISpecDirs',
        'CDISpecDirs.[]',
      ],
      other: [],
    });
  });

  test('tells the same of this machine', async () => {
    const [theirs, ours] = await get('/info');
    const facts = (info: any) => {
      const machine = ['NCPU', 'MemTotal', 'KernelVersion', 'OperatingSystem', 'OSVersion', 'OSType', 'Architecture', 'Name'];
      const cgroups = ['CgroupDriver', 'CgroupVersion', 'MemoryLimit', 'SwapLimit', 'CpuCfsPeriod', 'CpuCfsQuota', 'CPUShares', 'CPUSet'];
      const other = ['PidsLimit', 'OomKillDisable', 'IPv4Forwarding', 'BridgeNfIptables', 'BridgeNfIp6tables', 'LoggingDriver', 'Driver'];
      const daemon = ['IndexServerAddress', 'Swarm', 'Isolation', 'InitBinary', 'Warnings', 'ExperimentalBuild', 'Labels', 'Debug'];
      const counts = ['Containers', 'ContainersRunning', 'ContainersPaused', 'ContainersStopped', 'NEventsListener'];
      return Object.fromEntries([...machine, ...cgroups, ...other, ...daemon, ...counts].map((name) => [name, info[name]]));
    };
    expect(facts(ours)).toEqual(facts(theirs));
    expect(Object.fromEntries(ours.DriverStatus)).toMatchObject(Object.fromEntries(theirs.DriverStatus));
    expect(ours.Plugins.Network).toEqual(theirs.Plugins.Network.filter((name: string) => name !== 'overlay'));
    // Those of clouds would need their libraries; none is a driver that dockerd has and does not list.
    const clouds = ['awslogs', 'gcplogs', 'logentries', 'splunk'];
    expect(ours.Plugins.Log.filter((name: string) => name !== 'none')).toEqual(
      theirs.Plugins.Log.filter((name: string) => !clouds.includes(name)),
    );
    expect(ours.RegistryConfig.IndexConfigs).toEqual(theirs.RegistryConfig.IndexConfigs);
    // Here containers go on when the daemon ends, unless it is told otherwise, and the runtime is our own.
    expect([theirs.LiveRestoreEnabled, ours.LiveRestoreEnabled]).toEqual([false, true]);
    expect([theirs.DefaultRuntime, ours.DefaultRuntime]).toEqual(['runc', 'slipway']);
    expect(Object.keys(ours.Runtimes)).toEqual(['slipway']);
  });
});

describe('docker version, field by field with that of dockerd', () => {
  test('has its fields, but for', async () => {
    const [theirs, ours] = await get('/version');
    const byName = ({ Components, ...version }: any) => ({
      ...version,
      ...Object.fromEntries(Components.map((each: any) => [each.Name, each])),
    });
    expect(difference(byName(theirs), byName(ours))).toEqual({
      missing: [
        // There are no such programs beside the daemon.
        ...['containerd', 'runc'].flatMap((name) => [
          name,
          `${name}.Name`,
          `${name}.Version`,
          `${name}.Details`,
          `${name}.Details.GitCommit`,
        ]),
        // What is run from a clone of its sources is not built at one moment.
        'Engine.Details.BuildTime',
        'BuildTime',
      ].toSorted((a, b) => [...shape(byName(theirs)).keys()].indexOf(a) - [...shape(byName(theirs)).keys()].indexOf(b)),
      more: [],
      other: [],
    });
    for (const name of ['Os', 'Arch', 'KernelVersion']) expect(ours[name]).toBe(theirs[name]);
  });
});
