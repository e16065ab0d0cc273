import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { OciRuntime } from '../../../base/config.js';
import { invalidParameter } from '../../../base/errors.js';
import { runtime } from '../../../libcontainer/index.js';
import type { ContainerCommand, ContainerProcess, ExecDriver, ExitStatus, OciSpec, Rootfs, RootfsRequest } from '../driver.js';
import { EndedProcess } from '../ended-process.js';
import { launchOptions, launchShim, readJson } from '../launch.js';
import { viewRootfs } from '../rootfs.js';
import { connectShim } from '../shim-socket.js';
import { readUsage } from '../usage.js';
import { OciProcess } from './container-process.js';
import { readFeatures, type Features } from './features.js';
import { loggedError, RuntimeCommand } from './runtime-command.js';
import { withCopiedSources, withPlainFiles } from './sources.js';
import { hostUid, standardSpec } from './spec.js';

/** Where a host that has cgroups v1 and v2 at once has v2. */
const UNIFIED = '/sys/fs/cgroup/unified';
/** What taking away a cgroup answers that is not there, or is in use. */
const LEFT = new Set(['ENOENT', 'EBUSY', 'ENOTEMPTY']);

const cgroupOf = (spec: OciSpec) => ((spec['linux'] ?? {}) as { cgroupsPath?: string }).cgroupsPath ?? '';

/**
 * Runs containers with the command line of any OCI runtime, such as runc or crun. A shim of ours holds each: it mounts the
 * root where only the runtime sees it, writes the log, records the exit and outlives the daemon.
 */
export class OciDriver implements ExecDriver {
  readonly name = 'oci';
  private readonly root: string;
  private readonly features = new Map<string, Promise<Features>>();
  private readonly cgroupParents = new Set<string>();

  /**
   * @param execRoot folder, absolute, in which everything lies that does not outlive a boot
   * @param runtimes by the names that `ContainerCommand.runtime` gives
   * @param remapped containers have other IDs than the host's: runtimes go to the root as its owner does, who passes through the folders
   */
  constructor(
    execRoot: string,
    private readonly runtimes: Readonly<Record<string, OciRuntime>>,
    private readonly remapped = false,
  ) {
    this.root = join(execRoot, 'oci');
  }

  async create(command: ContainerCommand): Promise<ContainerProcess> {
    const chosen = this.runtimes[command.runtime ?? ''];
    if (chosen === undefined) throw invalidParameter(`unknown or invalid runtime name: ${command.runtime}`);
    const bundle = join(this.root, command.id);
    const cgroup = cgroupOf(command.spec);
    this.cgroupParents.add(dirname(cgroup));
    await mkdir(bundle, { recursive: true, mode: this.remapped ? 0o711 : 0o700 });
    // Whoever adopts it needs to know what made it, whatever the configuration says by then.
    await writeFile(join(bundle, 'runtime.json'), JSON.stringify(chosen), { mode: 0o600 });
    const line = new RuntimeCommand(chosen, bundle, command.id);
    const log = join(bundle, 'create.log');
    const { spec, sources } = withCopiedSources(await withPlainFiles(command.spec), bundle);
    const owner = hostUid(spec, (spec['process'] ?? {}) as Readonly<Record<string, unknown>>);
    const options = { ...launchOptions(command), sources, owner, cgroupsPath: cgroup, runtime: createLine(line, log, command) };
    const config = standardSpec({ ...command, spec }, await this.featuresOf(chosen));
    const shim = await launchShim({ bundle, config, options: JSON.stringify(options), seccomp: '' });
    const place = { id: command.id, bundle, cgroup, spec, command: line, shim: shim.pid };
    const process = new OciProcess(place, new Socket({ fd: shim.control, readable: true, writable: true }));
    try {
      await process.created();
    } catch (error) {
      const reason = await loggedError(log);
      await process.dispose();
      throw reason ?? error;
    }
    return process;
  }

  async adopt(id: string): Promise<ContainerProcess | undefined> {
    const bundle = join(this.root, id);
    const [spec, made] = await Promise.all([
      readJson<OciSpec>(join(bundle, 'config.json')),
      readJson<OciRuntime>(join(bundle, 'runtime.json')),
    ]);
    if (spec === undefined || made === undefined) {
      await rm(bundle, { recursive: true, force: true });
      return undefined;
    }
    const cgroup = cgroupOf(spec);
    const command = new RuntimeCommand(made, bundle, id);
    this.cgroupParents.add(dirname(cgroup));
    try {
      const process = new OciProcess({ id, bundle, cgroup, spec, command, shim: 0 }, await connectShim(bundle));
      await process.adopted();
      return process;
    } catch {
      // No shim answers: it has ended in order and left a record, or was killed, and then its container goes, too.
      const status = await readJson<ExitStatus>(join(bundle, 'exit.json'));
      if (status !== undefined) return new EndedProcess(id, bundle, cgroup, status, () => command.delete());
      await command.delete();
      await runtime.destroy(cgroup);
      await rm(bundle, { recursive: true, force: true });
      return undefined;
    }
  }

  readonly usage = readUsage;

  openRootfs(request: RootfsRequest): Promise<Rootfs> {
    return viewRootfs(request);
  }

  async list(): Promise<string[]> {
    try {
      return await readdir(this.root);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** The daemon ends: parents of cgroups go that hold no container any more. */
  async onApplicationShutdown(): Promise<void> {
    for (const parent of this.cgroupParents) {
      if (parent === '/') continue;
      await runtime.removeEmpty(parent);
      // Runtimes use the v2 hierarchy beside v1, too.
      await rmdir(join(UNIFIED, parent)).catch((error: NodeJS.ErrnoException) => {
        if (!LEFT.has(error.code ?? '')) throw error;
      });
    }
  }

  private featuresOf(chosen: OciRuntime): Promise<Features> {
    const key = JSON.stringify(chosen);
    const known = this.features.get(key) ?? readFeatures(chosen);
    this.features.set(key, known);
    return known;
  }
}

/** What the shim runs, in the bundle. */
function createLine(line: RuntimeCommand, log: string, { id, tty }: ContainerCommand) {
  const files = ['--bundle', '.', '--pid-file', 'pid', ...(tty ? ['--console-socket', 'console.sock'] : [])];
  return { arguments: line.arguments(log, 'create', ...files, id), pidFile: 'pid', consoleSocket: 'console.sock' };
}
