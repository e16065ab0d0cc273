import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { must } from '../fixtures/process.ts';
import { freePort } from '../fixtures/subnet.ts';
import type { Contender } from './contender.ts';
import { alternate, type Samples, timed } from './measure.ts';

export const GIGABYTES = 2;
/** Debian's iperf3 of this machine, with its libraries, for containers. */
const MACHINE = ['-v', '/usr:/usr:ro', '-v', '/usr/lib:/lib:ro', '-v', '/usr/lib64:/lib64:ro'];
const IPERF = '/usr/bin/iperf3';
/** What joining a network, publishing a port and having a name may add to a start. */
export const JOIN_MS = 15;

/** Over the default bridge. */
export function throughBridge(sides: readonly Contender[], count: number): Promise<Samples> {
  return withServers(sides, (servers) => alternate(sides, count, (side) => fromContainer(side, servers.get(side)!)));
}

/** From the host, by the address that its bridge has. */
export function throughPort(sides: readonly Contender[], count: number): Promise<Samples> {
  return withServers(sides, (servers) =>
    alternate(sides, count, (side) => fromHost(side, servers.get(side)!.gateway, servers.get(side)!.port)),
  );
}

/** From the host, by 127.0.0.1. */
export function throughLoopback(sides: readonly Contender[], count: number): Promise<Samples> {
  return withServers(sides, (servers) => alternate(sides, count, (side) => fromHost(side, '127.0.0.1', servers.get(side)!.port)));
}

interface Server {
  readonly address: string;
  readonly gateway: string;
  readonly port: number;
}

/** Runs an iperf3 server on each side for as long as `measure` takes. */
async function withServers(sides: readonly Contender[], measure: (servers: Map<Contender, Server>) => Promise<Samples>): Promise<Samples> {
  const name = unique('iperf');
  const servers = new Map<Contender, Server>();
  try {
    for (const side of sides) {
      const port = await freePort();
      await side.docker.ok('run', '-d', '--name', name, '-p', `${port}:5201`, ...MACHINE, BUSYBOX, IPERF, '-s');
      const { IPAddress: address, Gateway: gateway } = (await side.docker.inspect(name)).NetworkSettings.Networks.bridge;
      servers.set(side, { address, gateway, port });
    }
    return await measure(servers);
  } finally {
    for (const side of servers.keys()) await side.docker.ok('rm', '-f', name);
  }
}

async function fromContainer({ docker }: Contender, { address }: Server): Promise<number> {
  return secondsIn(await docker.ok('run', '--rm', ...MACHINE, BUSYBOX, IPERF, ...request(address, 5201)));
}

async function fromHost({ beside }: Contender, address: string, port: number): Promise<number> {
  const [program = IPERF, ...words] = [...beside, IPERF];
  return secondsIn(await must(program, [...words, ...request(address, port)]));
}

function request(address: string, port: number): string[] {
  return ['-c', address, '-p', String(port), '-n', `${GIGABYTES}G`, '-J'];
}

/** What iperf3 says that it took to send all. */
function secondsIn(report: string): number {
  const { end, error } = JSON.parse(report) as { end: { sum_sent?: { seconds: number } }; error?: string };
  if (!end.sum_sent) throw new Error(`iperf3 did not measure: ${error}`);
  return end.sum_sent.seconds;
}

/** A start with all of it less one without a network, right after each other. */
export async function joins(sides: readonly Contender[], count: number): Promise<Samples> {
  const network = unique('bench');
  for (const { docker } of sides) await docker.ok('network', 'create', network);
  const start = (side: Contender, ...flags: string[]) => timed(() => side.docker.ok('run', '--rm', ...flags, BUSYBOX, 'true'));
  const samples = await alternate(sides, count, async (side) => {
    const without = await start(side, '--network=none');
    return (await start(side, '--network', network, '--network-alias', 'found', '-p', '5201')) - without;
  });
  for (const { docker } of sides) await docker.ok('network', 'rm', network);
  return samples;
}
