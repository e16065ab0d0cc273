import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from '../../fixtures/daemon.ts';
import { cgroupFolders, namesOf, ofProcess, processesOf } from '../../fixtures/leftovers.ts';
import { must } from '../../fixtures/process.ts';
import { readStore, type Store } from './store-copy.ts';

/** What bridges of a daemon's networks begin with in these tests, so that one without a network is told from other daemons' bridges. */
export function bridgePrefix({ dataRoot }: Daemon): string {
  return `f${namesOf(dataRoot).table.slice(-6)}`;
}

/**
 * Compares what a daemon's store says with what is on the disk and in the kernel: each line names what does not agree.
 * To be called while nothing changes.
 */
export async function disagreements(daemon: Daemon): Promise<string[]> {
  const store = readStore(daemon.dataRoot);
  return [...disk(daemon, store), ...kernel(daemon, store), ...(await network(daemon, store))];
}

/** Layers, files of containers, volumes. */
function disk({ dataRoot }: Daemon, store: Store): string[] {
  const folders = names(dataRoot, 'overlay2').filter((name) => name !== 'removed');
  const layers = store.containers.flatMap(({ id, record }) => [id, ...record.mounts.flatMap(({ layer }) => layer ?? [])]);
  return [
    ...differ('layer folders', folders, [...store.folders.values()]),
    ...differ('layers of the graph driver', [...store.folders.keys()], [...store.layers, ...store.readWriteLayers]),
    ...differ('read-write layers', store.readWriteLayers, layers),
    ...differ('layers that nothing stands on', store.idleLayers, []),
    ...differ('removed layers', names(dataRoot, 'overlay2/removed'), []),
    ...differ('folders of containers', names(dataRoot, 'containers'), idsOf(store.containers)),
    ...differ('folders of volumes', names(dataRoot, 'volumes'), store.volumes),
  ];
}

/** Processes, namespaces, cgroups, mounts, and what a container has below the exec root. */
function kernel({ root, dataRoot, execRoot }: Daemon, store: Store): string[] {
  const running = idsOf(runningOf(store));
  const shared = idsOf(runningOf(store).filter(({ record }) => record.hostConfig.IpcMode === 'shareable'));
  const { cgroup } = namesOf(dataRoot);
  const inside = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => ofProcess(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8'), '').includes(`/${cgroup}/`));
  // By the files they have open; one that writes no log by the container that is its child.
  const parents = inside.map((pid) => ofProcess(() => /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '', ''));
  const shims = [...new Set([...processesOf(root), ...parents])].filter((pid) =>
    ofProcess(() => readFileSync(`/proc/${pid}/comm`, 'utf8'), '').startsWith('slipway-shim'),
  );
  const namespaces = new Set(inside.map((pid) => ofProcess(() => readlinkSync(`/proc/${pid}/ns/mnt`), '')).filter(Boolean));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    // The data root may be a file system of its own.
    .filter((line) => line.includes(root) && line.split(' ')[4] !== dataRoot);
  return [
    ...differ('bundles', names(execRoot, 'containers'), running),
    ...differ('shared memory', names(execRoot, 'shm'), shared),
    ...count('shims', shims.length, running.length),
    ...count('mount namespaces', namespaces.size, running.length),
    ...count('mounts', mounts.length, shared.length),
    ...cgroupFolders(cgroup).flatMap((path) => differ(`cgroups in ${path}`, names(path).filter(isId), running)),
  ];
}

/** Links and rules. */
async function network(daemon: Daemon, store: Store): Promise<string[]> {
  const { table } = namesOf(daemon.dataRoot);
  const prefix = bridgePrefix(daemon);
  const links: { ifname: string; master?: string }[] = JSON.parse(await must('ip', ['-j', 'link']));
  const bridges = store.networks.filter(({ link }) => link !== '');
  const ours = links.filter(({ ifname }) => ifname.startsWith(prefix) || bridges.some(({ link }) => link === ifname));
  const plugged = bridges.flatMap(({ id, link, name }) =>
    count(
      `links in network ${name}`,
      links.filter(({ master }) => master === link).length,
      store.sandboxes.flatMap(({ endpoints }) => endpoints).filter(({ networkId }) => networkId === id).length,
    ),
  );
  const elements = await elementsOf(table);
  const ports = store.sandboxes.flatMap((sandbox) => sandbox.ports).map(({ protocol, hostPort }) => `${protocol} ${hostPort}`);
  const published = ['any4', 'any6', 'ports4', 'ports6']
    .flatMap((set) => elements.get(set) ?? [])
    .map((words) => words.slice(-2).join(' '));
  return [
    ...differ(
      'bridges',
      ours.map(({ ifname }) => ifname),
      bridges.map(({ link }) => link),
    ),
    ...plugged,
    ...differ(
      'sandboxes',
      store.sandboxes.map(({ containerId }) => containerId),
      idsOf(runningOf(store)),
    ),
    ...differ(
      'bridges in the rules',
      (elements.get('bridges') ?? []).flat(),
      bridges.map(({ link }) => link),
    ),
    ...differ('ports in the rules', published, ports),
  ];
}

/** A key of several parts, as nft's JSON has it. */
function isConcatenation(key: unknown): key is { concat: readonly (string | number)[] } {
  return typeof key === 'object' && key !== null && 'concat' in key;
}

/** The keys of each set and map of the table, as words. */
async function elementsOf(table: string): Promise<Map<string, string[][]>> {
  const { nftables } = JSON.parse(await must('nft', ['-j', 'list', 'table', 'inet', table])) as { nftables: Record<string, any>[] };
  const keyOf = (element: unknown): string[] => {
    const key: unknown = Array.isArray(element) ? element[0] : element;
    return isConcatenation(key) ? key.concat.map(String) : [String(key)];
  };
  return new Map(
    nftables.flatMap((entry) => {
      const set = entry['set'] ?? entry['map'];
      return set ? [[set.name as string, ((set.elem ?? []) as unknown[]).map(keyOf)] as const] : [];
    }),
  );
}

/** Those that have a process: one that waits for its next restart has none. */
function runningOf({ containers }: Store) {
  return containers.filter(({ state }) => state.running && !state.restarting);
}

const idsOf = (things: readonly { readonly id: string }[]) => things.map(({ id }) => id);
const isId = (name: string) => /^[0-9a-f]{64}$/.test(name);

function names(...path: string[]): string[] {
  const folder = join(...path);
  return existsSync(folder) ? readdirSync(folder) : [];
}

function differ(what: string, found: readonly string[], said: readonly string[]): string[] {
  const tooMany = found.filter((one) => !said.includes(one));
  const missing = said.filter((one) => !found.includes(one));
  return [
    ...(tooMany.length > 0 ? [`${what}: not in the store: ${tooMany.join(', ')}`] : []),
    ...(missing.length > 0 ? [`${what}: missing: ${missing.join(', ')}`] : []),
    ...(tooMany.length + missing.length === 0 ? count(what, found.length, said.length) : []),
  ];
}

function count(what: string, found: number, said: number): string[] {
  return found === said ? [] : [`${what}: there are ${found}, the store says ${said}`];
}
