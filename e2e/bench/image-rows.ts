import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { hugeImage, smallFilesImage } from './generated-images.ts';
import { LARGE, largeArchive, MIDDLE, middleArchive } from './large-image.ts';
import type { Contender } from './contender.ts';
import { alternate, alternateFresh, forgetPeak, peakMegabytes, type Samples, timed } from './measure.ts';

const PATIENCE = 1_200_000;

/** Pulls what `publish` has put into a registry on loopback. */
export function pulls(publish: (registry: Registry, sides: readonly Contender[]) => Promise<string>) {
  return (sides: readonly Contender[], count: number): Promise<Samples> =>
    withRegistry(sides, publish, (name, registry) =>
      alternateFresh(sides, count, async (side) => {
        const unserve = side.beside.length > 0 ? await registry.serveWithin(side.beside) : undefined;
        try {
          return (await timed(() => docker(side, 'pull', '-q', name))) / 1000;
        } finally {
          await unserve?.();
        }
      }),
    );
}

/** The most memory that all processes of a daemon had while it pulled. */
export function pullMemory(sides: readonly Contender[], count: number): Promise<Samples> {
  return withRegistry(sides, hugeImage, (name) =>
    alternate(sides, count, async (side) => {
      const pids = await side.daemons();
      pids.forEach(forgetPeak);
      await docker(side, 'pull', '-q', name);
      const megabytes = pids.reduce((sum, pid) => sum + peakMegabytes(pid), 0);
      await docker(side, 'rmi', '-f', name);
      return megabytes;
    }),
  );
}

/** Loads the large image into our side and pushes it from there. */
export async function largeImage(registry: Registry, sides: readonly Contender[]): Promise<string> {
  const side = sides.at(-1)!;
  const name = `${registry.address}/large:bench`;
  await docker(side, 'load', '-q', '-i', await largeArchive());
  await docker(side, 'tag', LARGE, name);
  await docker(side, 'push', '-q', name);
  await docker(side, 'rmi', '-f', name, LARGE);
  return name;
}

export { smallFilesImage };

/** Every sample pushes to a registry that has nothing and that the daemon does not know. */
export async function pushes(sides: readonly Contender[], count: number): Promise<Samples> {
  const archive = await middleArchive();
  for (const side of sides) await docker(side, 'load', '-q', '-i', archive);
  const samples = await alternate(sides, count, async (side) => {
    const registry = await startRegistry({ within: side.beside });
    const name = `${registry.address}/middle:bench`;
    await docker(side, 'tag', MIDDLE, name);
    const seconds = (await timed(() => docker(side, 'push', '-q', name))) / 1000;
    await docker(side, 'rmi', name);
    await registry.stop();
    return seconds;
  });
  for (const side of sides) await docker(side, 'rmi', '-f', MIDDLE);
  return samples;
}

export async function loads(sides: readonly Contender[], count: number): Promise<Samples> {
  const archive = await largeArchive();
  return alternateFresh(sides, count, async (side) => (await timed(() => docker(side, 'load', '-q', '-i', archive))) / 1000);
}

/** What is saved goes nowhere: the disk of whoever keeps it is not the daemon's. */
export async function saves(sides: readonly Contender[], count: number): Promise<Samples> {
  const archive = await largeArchive();
  for (const side of sides) await docker(side, 'load', '-q', '-i', archive);
  const samples = await alternate(sides, count, async (side) => (await timed(() => save(side, LARGE))) / 1000);
  for (const side of sides) await docker(side, 'rmi', '-f', LARGE);
  return samples;
}

async function save({ docker: { binary, env } }: Contender, name: string): Promise<void> {
  const child = spawn(binary, ['save', name], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`docker save ended with ${code}`);
}

async function withRegistry(
  sides: readonly Contender[],
  publish: (registry: Registry, sides: readonly Contender[]) => Promise<string>,
  measure: (name: string, registry: Registry) => Promise<Samples>,
): Promise<Samples> {
  const registry = await startRegistry();
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const name = await publish(registry, sides);
    for (const { beside } of sides) if (beside.length > 0) stops.push(await registry.serveWithin(beside));
    return await measure(name, registry);
  } finally {
    for (const stop of stops) await stop();
    await registry.stop();
  }
}

/** Runs `docker ARGS`, which must succeed, however long it takes. */
export async function docker(side: Contender, ...args: string[]): Promise<void> {
  const { code, stderr } = await side.docker.run(args, { timeoutMs: PATIENCE });
  if (code !== 0) throw new Error(`docker ${args.join(' ')} on ${side.name} ended with ${code}: ${stderr}`);
}
