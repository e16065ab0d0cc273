import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Daemon } from '../fixtures/daemon.ts';
import { namesOf } from '../fixtures/leftovers.ts';
import { must } from '../fixtures/process.ts';

/** Rounds after which the daemon is killed. */
const BETWEEN_KILLS = 10;

/** What the kernel and the daemon hold of networks: the same before and after, or something is left or lost. */
async function held({ docker, http, dataRoot }: Daemon) {
  const { bridge, table } = namesOf(dataRoot);
  const links = (await must('ip', ['-o', 'link', 'show', 'type', 'bridge'])).split('\n').map((line) => line.split(/:\s+/)[1] ?? '');
  const { json: networks } = await http.get('/v1.56/networks');
  const own = new Set(networks.map(({ Id }: { Id: string }) => `br-${Id.slice(0, 12)}`));
  return {
    networks: await docker.ok('network', 'ls', '--format', '{{.Name}}'),
    containers: await docker.ok('ps', '-a', '--format', '{{.Names}}'),
    addresses: (await http.get('/v1.56/networks/bridge')).json.Status.IPAM,
    rules: (await must('nft', ['list', 'table', 'inet', table])).replaceAll(/ # handle.*/g, ''),
    bridges: links.filter((name) => name === bridge || own.has(name)).toSorted(),
    plugged: await must('ip', ['-o', 'link', 'show', 'master', bridge]),
  };
}

/**
 * Makes and removes `count` networks with a container and a published port each, and kills the daemon again and again at random
 * moments. @returns what was counted @throws Error when anything is left or lost
 */
export async function killBetween(daemon: Daemon, count: number): Promise<string> {
  const { docker } = daemon;
  await docker.ok('network', 'create', 'steady');
  await docker.ok('run', '-d', '--name', 'steady', '--network', 'steady', '-p', '80', BUSYBOX, 'sleep', '3600');
  const before = await held(daemon);
  let [kills, cut] = [0, 0];
  for (let first = 0; first < count; first += BETWEEN_KILLS) {
    const work = Array.from({ length: Math.min(BETWEEN_KILLS, count - first) }, async (_, index) => {
      const name = `k${first + index}`;
      const steps = [
        ['network', 'create', name],
        ['run', '-d', '--name', name, '--network', name, '-p', '80', BUSYBOX, 'sleep', '3600'],
        ['rm', '-f', name],
        ['network', 'rm', name],
      ];
      for (const step of steps) if ((await docker.run(step)).code !== 0) return void cut++;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, Math.random() * 4000);
    await promise;
    await daemon.stop('SIGKILL');
    await Promise.all(work);
    await daemon.start();
    kills++;
    // What was cut off is finished by hand, as a person would.
    const filter = ['--filter', 'name=^/?k[0-9]+$'];
    const containers = (await docker.ok('ps', '-aq', ...filter)).split('\n').filter(Boolean);
    if (containers.length > 0) await docker.ok('rm', '-f', ...containers);
    const networks = (await docker.ok('network', 'ls', '--format', '{{.Name}}')).split('\n').filter((name) => /^k\d+$/.test(name));
    if (networks.length > 0) await docker.ok('network', 'rm', ...networks);
  }
  const after = await held(daemon);
  for (const [what, value] of Object.entries(before))
    if (JSON.stringify(after[what as keyof typeof after]) !== JSON.stringify(value))
      throw new Error(
        `${what} differ after ${kills} kills: before ${JSON.stringify(value)}, after ${JSON.stringify(after[what as keyof typeof after])}`,
      );
  return `${count} networks, each with a container and a port, made and removed; ${kills} kills cut ${cut} off: nothing left, nothing lost`;
}
