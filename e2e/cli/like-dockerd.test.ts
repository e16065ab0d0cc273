import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contender } from '../bench/contender.ts';
import { startDockerd } from '../bench/dockerd.ts';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import type { DockerCli } from '../fixtures/docker.ts';
import type { EngineHttp } from '../fixtures/engine-http.ts';
import { run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

/** What Debian's dockerd and ours show and tell of the same containers, in the version of the API that both speak. */
const VERSION = 'v1.41';
const suite = useDaemon();
let dockerd: Contender;
beforeAll(async () => {
  dockerd = await startDockerd(['--iptables=false', '--bip=10.127.8.1/24']);
  await dockerd.docker.feed(await busyboxArchive(), 'load');
});
afterAll(async () => {
  await dockerd?.stop();
  await run('sh', ['-c', 'rmdir /sys/fs/cgroup/*/docker']);
});

type Side = { readonly docker: DockerCli; readonly http: EngineHttp };
const both = <T>(work: (side: Side) => Promise<T>) => Promise.all([work(dockerd), work(suite)]);

/** Every leaf of a document by its path; an empty list or object is one, too. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, path === '' ? key : `${path}.${key}`));
}

/** Lines `path: theirs -> ours` where the documents differ, but for those whose path is named. */
function differences(theirs: unknown, ours: unknown, named: readonly RegExp[]): string[] {
  const [a, b] = [new Map(leaves(theirs)), new Map(leaves(ours))];
  const paths = [...new Set([...a.keys(), ...b.keys()])].filter((path) => !named.some((each) => each.test(path)));
  const text = (map: Map<string, unknown>, path: string) => (map.has(path) ? JSON.stringify(map.get(path)) : 'absent');
  return paths.filter((path) => text(a, path) !== text(b, path)).map((path) => `${path}: ${text(a, path)} -> ${text(b, path)}`);
}

/** Their own each: IDs, moments, addresses, places on the disk. */
const OWN = [
  /^Id$|^Created$|^State[.](Pid|StartedAt)$|Path$|^GraphDriver[.]Data[.]|[.](SandboxID|SandboxKey|EndpointID|NetworkID)$/,
  /[.](Gateway|IPAddress|MacAddress|HostPort)$|^Mounts[.]\d[.]Source$/,
];

/** What is otherwise than in dockerd 20.10, as it is in Docker 29. */
const NEWER = [
  // The kernel memory's limits are gone; the lists of paths have grown, for holes that were found since.
  /^HostConfig[.](KernelMemory|KernelMemoryTCP)$|^HostConfig[.]MaskedPaths[.]/,
  // "default" is the bridge, by its name; endpoints tell more.
  /^HostConfig[.]NetworkMode$|[.](GwPriority|DNSNames)$/,
];

/** What is otherwise here alone: the name of the runtime. */
const OURS = [/^HostConfig[.]Runtime$/];

describe('docker inspect', () => {
  const inspect = (...args: string[]) =>
    both(async ({ docker, http }) => {
      const id = await docker.ok('run', '-d', ...args);
      const { json } = await http.get(`/${VERSION}/containers/${id}/json`);
      await docker.ok('rm', '-f', id);
      // The docker CLI and dockerd go through them in no order.
      json.Mounts.sort((a: { Destination: string }, b: { Destination: string }) => a.Destination.localeCompare(b.Destination));
      json.HostConfig.Binds?.sort();
      return json;
    });

  test('shows a plain container as dockerd does', async () => {
    const [theirs, ours] = await inspect('--name=plain', '--hostname=deck', BUSYBOX, 'sleep', '300');
    expect(differences(theirs, ours, [...OWN, ...NEWER, ...OURS])).toEqual([]);
  });

  test('shows a container with many settings as dockerd does', async () => {
    const process = ['-i', '-t', '--user=1000:1000', '--env=A=b', '--label=c=d', '--workdir=/work', '--entrypoint=sh', '--group-add=7'];
    const limits = ['--memory=64m', '--cpus=0.5', '--pids-limit=50', '--ulimit=nofile=100:200', '--oom-score-adj=10', '--shm-size=2m'];
    const rights = [
      '--cap-add=NET_ADMIN',
      '--cap-drop=MKNOD',
      '--security-opt=no-new-privileges',
      '--read-only',
      '--device=/dev/null:/dev/x',
    ];
    const mounts = ['--tmpfs=/t:size=1m', '--volume=/usr:/host:ro', '--volume=cargo:/cargo', '--mount=type=tmpfs,target=/m'];
    const life = [
      '--restart=on-failure:3',
      '--stop-signal=INT',
      '--stop-timeout=7',
      '--health-cmd=true',
      '--health-interval=60s',
      '--log-opt=max-size=1m',
    ];
    const network = [
      '--dns=192.0.2.53',
      '--add-host=harbour:192.0.2.1',
      '--publish=127.0.0.1::80',
      '--expose=90',
      '--sysctl=net.ipv4.ip_forward=0',
      '--ipc=shareable',
    ];
    const flags = [process, limits, rights, mounts, life, network].flat();
    const [theirs, ours] = await inspect('--name=rich', '--hostname=deck', ...flags, BUSYBOX, '-c', 'sleep 300');
    expect(differences(theirs, ours, [...OWN, ...NEWER, ...OURS])).toEqual([]);
  });
});

describe('docker events', () => {
  /** Everything that happens to some containers in their lives, one after another. */
  async function live({ docker }: Side): Promise<void> {
    await docker.ok('run', '-d', '--name=life', '--volume=hold:/cargo', BUSYBOX, 'sleep', '300');
    await docker.ok('restart', '-t', '0', 'life');
    await docker.ok('exec', 'life', 'true');
    await docker.ok('pause', 'life');
    await docker.ok('unpause', 'life');
    await docker.ok('rename', 'life', 'renamed');
    await docker.ok('update', '--memory=64m', '--memory-swap=64m', 'renamed');
    await docker.ok('stop', '-t', '0', 'renamed');
    await docker.ok('start', 'renamed');
    await docker.ok('kill', 'renamed');
    await docker.ok('start', 'renamed');
    await docker.ok('rm', '-f', 'renamed');
    await docker.run(['run', '--rm', '--name=short', BUSYBOX, 'sh', '-c', 'exit 3']);
    await docker.ok('run', '-d', '--name=sound', '--health-cmd=true', '--health-interval=1s', BUSYBOX, 'sleep', '300');
    await expect.poll(async () => (await docker.inspect('sound')).State.Health.Status, { timeout: 30_000 }).toBe('healthy');
    await docker.ok('rm', '-f', 'sound');
    await docker.run(['run', '--name=greedy', '--memory=8m', '--memory-swap=8m', BUSYBOX, 'sh', '-c', 'x=a; while :; do x=$x$x; done']);
    await docker.ok('rm', '-f', 'greedy');
    await docker.ok('run', '-d', '--name=again', '--restart=on-failure:1', BUSYBOX, 'false');
    await expect.poll(async () => (await docker.inspect('again')).RestartCount, { timeout: 30_000 }).toBe(1);
    await docker.ok('wait', 'again');
    await docker.ok('rm', '-f', 'again');
    await docker.ok('volume', 'rm', 'hold');
  }

  async function told(side: Side): Promise<string[]> {
    const since = (Date.now() / 1000).toFixed(3);
    await live(side);
    const until = (Date.now() / 1000).toFixed(3);
    const lines = await side.docker.ok('events', '--since', since, '--until', until, '--format', '{{json .}}');
    const events = lines.split('\n').map((line) => JSON.parse(line));
    return events.map(({ Type, Action, Actor }) => `${Type} ${Action.trimEnd()} ${Object.keys(Actor.Attributes).toSorted().join(',')}`);
  }

  /**
   * As Docker 29 tells it: an end with its duration, and after what the container had of networks and volumes; its network when
   * its process is there.
   */
  function asNewer(events: readonly string[]): string[] {
    const list = events.map((event) => event.replace(/^container die /, 'container die execDuration,'));
    for (let at = list.length - 1; at >= 0; at--) {
      if (!list[at]!.startsWith('container die')) continue;
      for (let next = at; /^(network disconnect|volume unmount)/.test(list[next + 1] ?? ''); next++)
        [list[next], list[next + 1]] = [list[next + 1]!, list[next]!];
    }
    for (let at = 0; at + 1 < list.length; at++) {
      if (list[at]!.startsWith('network connect') && list[at + 1]!.startsWith('volume mount'))
        [list[at], list[at + 1]] = [list[at + 1]!, list[at]!];
    }
    return list;
  }

  test('tells of the same, in the same order, with the same attributes', { timeout: 180_000 }, async () => {
    const [theirs, ours] = await both(told);
    // Debian's dockerd misses the OOM killer with cgroup v1.
    expect(ours.filter((event) => !event.startsWith('container oom'))).toEqual(
      asNewer(theirs.filter((event) => !event.startsWith('container oom'))),
    );
    expect(ours.filter((event) => event.startsWith('container oom'))).toEqual(['container oom image,name']);
  });
});
