import { Agent, request } from 'node:http';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Contender } from './contender.ts';
import { alternate, parentOf, residentMegabytes, type Samples, timed } from './measure.ts';
import { builds } from './build-rows.ts';
import { largeImage, loads, pullMemory, pulls, pushes, saves, smallFilesImage } from './image-rows.ts';
import { crowds, FOLLOWERS, followers, LINES, logReading, logWriting, MANY } from './container-rows.ts';
import { GIGABYTES, joins, JOIN_MS, throughBridge, throughLoopback, throughPort } from './network-rows.ts';

/** One row of the table: what is measured, in which unit, and how much of dockerd's figure Slipway may take. */
export interface Row {
  readonly title: string;
  readonly unit: 'ms' | 's' | 'MB';
  readonly atMost: number | { readonly absolute: number };
  readonly measure: (sides: readonly Contender[], count: number) => Promise<Samples>;
}

const CROWD = 100;

/** By the name that --only takes. */
export const rows: Record<string, Row> = {
  idle: { title: 'resident memory of the idle daemon', unit: 'MB', atMost: 1, measure: idleMemory },
  'run-bridge': { title: '`docker run --rm IMAGE true`, default bridge', unit: 'ms', atMost: 0.3, measure: runs() },
  'run-none': { title: 'the same with `--network none`', unit: 'ms', atMost: 0.3, measure: runs('--network=none') },
  exec: { title: '`docker exec C true`', unit: 'ms', atMost: 0.6, measure: execs },
  shim: { title: 'memory of the per-container process', unit: 'MB', atMost: { absolute: 1 }, measure: shimMemory },
  pull: { title: 'pull of the large image from a registry on loopback', unit: 's', atMost: 0.6, measure: pulls(largeImage) },
  load: { title: 'load of the large image from a gzip archive', unit: 's', atMost: 0.5, measure: loads },
  save: { title: 'save of the large image', unit: 's', atMost: 0.5, measure: saves },
  'pull-small': { title: 'pull of 10 layers of 20,000 small files each', unit: 's', atMost: 0.7, measure: pulls(smallFilesImage) },
  push: { title: 'push of a 500 MB image', unit: 's', atMost: 0.8, measure: pushes },
  'build-cached': { title: 'build of a Dockerfile of 12 steps, all cached', unit: 'ms', atMost: 0.5, measure: builds(false) },
  'build-fresh': { title: 'the same from scratch, 5,000 files copied', unit: 'ms', atMost: 0.5, measure: builds(true) },
  'pull-memory': { title: 'most memory during a pull of a 5 GB image', unit: 'MB', atMost: { absolute: 300 }, measure: pullMemory },
  list: { title: `\`GET /containers/json\` with ${CROWD} running`, unit: 'ms', atMost: 0.5, measure: lists },
  'run-many': { title: `${CROWD} x \`docker run -d\`, one after the other`, unit: 's', atMost: 0.25, measure: manyRuns },
  'remove-many': { title: `\`docker rm -f\` of those ${CROWD}`, unit: 's', atMost: 0.25, measure: manyRemovals },
  crowd: { title: `${MANY} containers created, started and removed, 20 at a time`, unit: 's', atMost: 0.4, measure: crowds },
  'log-write': { title: `a container that writes ${LINES} lines`, unit: 's', atMost: 0.5, measure: logWriting },
  'log-read': { title: '`docker logs` of those lines', unit: 's', atMost: 1, measure: logReading },
  followers: {
    title: `growth of the daemon under ${FOLLOWERS} followers of one busy log`,
    unit: 'MB',
    atMost: { absolute: 10 },
    measure: followers,
  },
  between: {
    title: `iperf3: ${GIGABYTES} GB from one container to another, default bridge`,
    unit: 's',
    atMost: 1,
    measure: throughBridge,
  },
  published: {
    title: `iperf3: ${GIGABYTES} GB from the host through a published port of its own address`,
    unit: 's',
    atMost: 1,
    measure: throughPort,
  },
  loopback: { title: 'the same through 127.0.0.1', unit: 's', atMost: 1, measure: throughLoopback },
  join: {
    title: 'what a network of its own, a name and a published port add to `docker run --rm IMAGE true`',
    unit: 'ms',
    atMost: { absolute: JOIN_MS },
    measure: joins,
  },
};

function runs(...flags: string[]): Row['measure'] {
  return (sides, count) => alternate(sides, count, ({ docker }) => timed(() => docker.ok('run', '--rm', ...flags, BUSYBOX, 'true')));
}

async function execs(sides: readonly Contender[], count: number): Promise<Samples> {
  for (const { docker } of sides) await docker.ok('run', '-d', '--name=bench-exec', BUSYBOX, 'sleep', '3600');
  const samples = await alternate(sides, count, ({ docker }) => timed(() => docker.ok('exec', 'bench-exec', 'true')));
  for (const { docker } of sides) await docker.ok('rm', '-f', 'bench-exec');
  return samples;
}

/** All processes between the daemon and a container's first: the parent of that one. Every sample is a container of its own. */
function shimMemory(sides: readonly Contender[], count: number): Promise<Samples> {
  return alternate(sides, count, async ({ docker }) => {
    const id = await docker.ok('run', '-d', BUSYBOX, 'sleep', '3600');
    const memory = residentMegabytes(parentOf((await docker.inspect(id)).State.Pid));
    await docker.ok('rm', '-f', id);
    return memory;
  });
}

function idleMemory(sides: readonly Contender[], count: number): Promise<Samples> {
  return alternate(sides, count, async (side) => {
    const pids = await side.daemons();
    return pids.reduce((sum, pid) => sum + residentMegabytes(pid), 0);
  });
}

async function lists(sides: readonly Contender[], count: number): Promise<Samples> {
  for (const side of sides) await startCrowd(side);
  const agents = new Map(sides.map((side) => [side, new Agent({ keepAlive: true, maxSockets: 1 })]));
  const get = (side: Contender) => fetchList(side.http.socketPath, agents.get(side)!);
  for (const side of sides) await get(side);
  const samples = await alternate(sides, count * 10, (side) => timed(() => get(side)));
  for (const agent of agents.values()) agent.destroy();
  for (const side of sides) await removeCrowd(side);
  return samples;
}

/** `GET /containers/json` over a connection that is kept, as a client that asks often has. */
function fetchList(socketPath: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const outgoing = request({ socketPath, path: '/v1.41/containers/json', agent }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
    response.resume().once('end', resolve);
  });
  outgoing.once('error', reject).end();
  return promise;
}

function manyRuns(sides: readonly Contender[], count: number): Promise<Samples> {
  return alternate(sides, count, async (side) => {
    const seconds = (await timed(() => startCrowd(side))) / 1000;
    await removeCrowd(side);
    return seconds;
  });
}

function manyRemovals(sides: readonly Contender[], count: number): Promise<Samples> {
  return alternate(sides, count, async (side) => {
    await startCrowd(side);
    return (await timed(() => removeCrowd(side))) / 1000;
  });
}

async function startCrowd({ docker }: Contender): Promise<void> {
  for (let index = 0; index < CROWD; index++) await docker.ok('run', '-d', `--name=crowd-${index}`, BUSYBOX, 'sleep', '3600');
}

async function removeCrowd({ docker }: Contender): Promise<void> {
  const names = Array.from({ length: CROWD }, (_, index) => `crowd-${index}`);
  await docker.run(['rm', '-f', ...names], { timeoutMs: 120_000 }).then(succeeded);
}

function succeeded({ code, stderr }: { code: number; stderr: string }): void {
  if (code !== 0) throw new Error(`docker ended with ${code}: ${stderr}`);
}
