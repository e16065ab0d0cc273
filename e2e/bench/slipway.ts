import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { leftovers, namesOf } from '../fixtures/leftovers.ts';
import { must } from '../fixtures/process.ts';
import type { Contender } from './contender.ts';

/** Our daemon as a person gets it from `npm start`: dashboard on, responses not checked. */
export async function startSlipway(): Promise<Contender> {
  const daemon = await startDaemon({ env: { SLIPWAY_CHECK_RESPONSES: '0' } });
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
  // The dashboard is part of what idles: its page has been served once.
  await (await fetch(daemon.dashboard)).text();
  return {
    name: 'Slipway',
    docker: daemon.docker,
    http: daemon.http,
    version: `Slipway ${version}, Node ${process.version}`,
    beside: [],
    daemons: async () => [daemon.pid],
    census: () => census(daemon),
    another: startSlipway,
    end: async () => void (await daemon.stop()),
    stop: () => daemon.remove(),
  };
}

/** Everything that containers may leave behind, counted. */
async function census({ root, dataRoot, pid, docker }: Daemon): Promise<Record<string, number>> {
  const names = namesOf(dataRoot);
  const lines = (text: string) => text.split('\n').filter(Boolean).length;
  const things = await leftovers(root, dataRoot);
  const ofKind = (kind: string) => things.filter((thing) => thing.startsWith(`${kind} `)).length;
  return {
    mounts: ofKind('mount'),
    processes: ofKind('process'),
    cgroups: lines(await must('sh', ['-c', `find /sys/fs/cgroup -path '*/${names.cgroup}/*' -type d`])),
    links: lines(await must('ip', ['-o', 'link', 'show', 'master', names.bridge])),
    addresses: Object.keys(JSON.parse(await docker.ok('network', 'inspect', 'bridge'))[0].Containers).length,
    descriptors: descriptorsOf(pid).filter(isNoDatabase).length,
    files: readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(isNoDatabase).length,
  };
}

/** A database has files of its own that come and go with its use. */
const isNoDatabase = (name: string) => !/[.]db(-\w+)?$/.test(name);

/** What the descriptors of a process lead to; one that is closed meanwhile is none. */
function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}
