import { Inject, Injectable } from '@nestjs/common';
import { writeFile } from 'node:fs/promises';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { KindError, kindOf, messageOf, systemError } from '../../../base/errors.js';
import { NATIVE_RUNTIME } from '../../../base/runtime-name.js';
import { Undo } from '../../../base/undo.js';
import { ensureDefaultProfile } from '../../../container/apparmor.js';
import { eventAttributes } from '../../../container/attributes.js';
import { inject, type EditableSpec } from '../../../container/cdi/inject.js';
import { resolveDevices } from '../../../container/cdi/registry.js';
import { requestedDevices } from '../../../container/cdi/requests.js';
import { argumentsOf, type Container } from '../../../container/container.js';
import { explainProgram } from '../../../container/explain-program.js';
import { readHostFacts } from '../../../container/oci-spec/host.js';
import { buildSpec } from '../../../container/oci-spec/spec.js';
import { resolveUser, type ResolvedUser } from '../../../container/oci-spec/user.js';
import { layersOf, readRootfsFile } from '../../../container/rootfs-file.js';
import { startFailed, started } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import { EXEC_DRIVER, type ContainerProcess, type ExecDriver, type OciSpec } from '../../../drivers/execdriver/driver.js';
import type { RootfsMount } from '../../../base/rootfs-mount.js';
import { Events } from '../../../events/events.js';
import { Layers } from '../../../graph/layers.js';
import { Sandboxes } from '../../../network/sandboxes.js';
import { requireRunning } from '../create/joinable.js';
import { LogForwarding } from '../logs/log-forwarding.js';
import { Links } from '../create/links.js';
import { giveToContainers } from '../mounts/give-to-containers.js';
import { Logs } from '../logs/logs.js';
import { MountSources } from '../mounts/mount-sources.js';
import { containerFiles } from '../rootfs/paths.js';
import { sandboxRequest } from '../create/sandbox-request.js';
import { SharedMemory } from '../mounts/shared-memory.js';

/** Bytes of /etc/passwd or /etc/group that are read at most. */
export const LARGEST_USER_FILE = 1024 * 1024;

/** Docker's exit codes of a command that could not be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const UNKNOWN = 128;

/** Brings a container's process up: joins its layer, its volumes, its network and the execdriver. */
@Injectable()
export class Launch {
  readonly host = readHostFacts();

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(EXEC_DRIVER) private readonly driver: ExecDriver,
    private readonly containers: Containers,
    private readonly layers: Layers,
    private readonly sandboxes: Sandboxes,
    readonly links: Links,
    private readonly sources: MountSources,
    private readonly sharedMemory: SharedMemory,
    private readonly logs: Logs,
    private readonly forwarding: LogForwarding,
    private readonly events: Events,
  ) {}

  /**
   * Starts a container that is not running; its lock is held. Everything is given back when it cannot be started, and its state says why.
   * @throws InvalidParameter when its command cannot be run, System for all else that goes wrong
   */
  async start(container: Container): Promise<void> {
    const undo = new Undo();
    const held = new Undo();
    try {
      await Promise.all([container.cleanup, this.forwarding.settled(container.id)]);
      const process = await this.create(container, undo, held);
      await ofTask(process.start());
      container.process = process;
      this.containers.setState(container, started(container.state, process.pid));
      this.events.publish('container', 'start', container.id, eventAttributes(container));
    } catch (error) {
      const [failure] = await undo.unwind();
      throw this.failed(container, await this.explained(container, error), failure);
    } finally {
      await held.unwind();
    }
  }

  /** @param held what is given back once the process is made */
  private async create(container: Container, undo: Undo, held: Undo): Promise<ContainerProcess> {
    const { id, record } = container;
    const [rootfs, mounts, sharedMemory] = await Promise.all([
      this.layers.mounts(id),
      this.sources.prepare(container, undo, held),
      this.sharedMemory.prepare(container, undo),
      ofTask(this.forwarding.prepare(container, undo)),
      ofNetwork(this.sandboxes.reserve(undo.add(sandboxRequest(record), () => this.sandboxes.release(id)))),
    ]);
    await this.writeFiles(container);
    if (this.host.appArmor) await ensureDefaultProfile();
    const spec = await this.spec({ ...this.linked(container.record), mounts }, rootfs, sharedMemory);
    const creation = this.driver.create({
      id,
      spec,
      ...ociRuntime(record.hostConfig),
      rootfs,
      tty: container.tty,
      openStdin: record.config.OpenStdin ?? false,
      stdinOnce: record.config.StdinOnce ?? false,
      log: this.logs.target(container),
      ...(record.hostConfig.ConsoleSize?.[0] && {
        consoleSize: { rows: record.hostConfig.ConsoleSize[0], columns: record.hostConfig.ConsoleSize[1] },
      }),
    });
    const process = await ofTask(creation);
    undo.add(process, () => process.dispose());
    await ofNetwork(this.sandboxes.join(id, process.pid));
    await this.links.tellOf(container);
    await Promise.all([...container.attaching].map(async (client) => client.connect(await process.attach(client.request))));
    container.attaching.clear();
    return process;
  }

  /** What a container is told of those it is linked to; its own variables win. */
  private linked(record: Container['record']): Container['record'] {
    const told = this.links.environment(record);
    return told.length === 0 ? record : { ...record, config: { ...record.config, Env: [...told, ...(record.config.Env ?? [])] } };
  }

  private async spec(record: Container['record'], rootfs: readonly RootfsMount[], sharedMemory: string | undefined): Promise<OciSpec> {
    const { id, hostConfig } = record;
    const spec = await buildSpec({
      record,
      user: this.user(record, rootfs),
      files: containerFiles(this.config, id),
      host: this.host,
      cgroupsPath: this.host.cgroups ? `/${(hostConfig.CgroupParent || this.config.cgroupParent).replace(/^\/+/, '')}/${id}` : '',
      sharedMemory,
      pidOf: (reference) => this.pidOf(reference),
      init: this.config,
      remappedUser: this.config.remappedUser,
      seccomp: this.config.seccomp.profile,
    });
    const devices = requestedDevices(hostConfig.DeviceRequests);
    if (devices.length > 0) await inject(spec as unknown as EditableSpec, await resolveDevices(this.config.cdiSpecDirs, devices));
    return spec;
  }

  private user({ config, hostConfig }: Container['record'], rootfs: readonly RootfsMount[]): ResolvedUser {
    const layers = layersOf(rootfs);
    const files = {
      passwd: readRootfsFile(layers, '/etc/passwd', LARGEST_USER_FILE),
      group: readRootfsFile(layers, '/etc/group', LARGEST_USER_FILE),
    };
    return resolveUser(config.User ?? '', files, hostConfig.GroupAdd ?? []);
  }

  private pidOf(reference: string): number {
    return requireRunning(this.containers.get(reference)).state.pid;
  }

  private async writeFiles({ id }: Container): Promise<void> {
    const paths = containerFiles(this.config, id);
    const files = await this.sandboxes.files(id);
    const write = async (path: string, content: string) => {
      await writeFile(path, content, { mode: 0o644 });
      await giveToContainers(path, this.config);
    };
    await Promise.all([write(paths.hosts, files.hosts), write(paths.hostname, files.hostname), write(paths.resolvConf, files.resolvConf)]);
  }

  /** An error of a program that cannot be run, with what its file shows. */
  private async explained({ id, record }: Container, error: unknown): Promise<unknown> {
    const [name] = argumentsOf(record.config);
    if (!(error instanceof TaskError) || error.exitCode === UNKNOWN || name === undefined) return error;
    const { Env, WorkingDir } = record.config;
    const layers = layersOf(await this.layers.mounts(id));
    const mounted = record.mounts.map(({ destination }) => destination);
    const place = { layers, env: Env ?? [], workingDir: WorkingDir || '/', mounted, architecture: this.host.architecture };
    const explanation = explainProgram(name, place);
    return explanation === undefined ? error : error.with(explanation);
  }

  private failed(container: Container, error: unknown, undoFailure: unknown): Error {
    const exitCode = error instanceof TaskError ? error.exitCode : UNKNOWN;
    const message = messageOf(error);
    this.containers.setState(container, startFailed(container.state, exitCode, message));
    for (const client of container.attaching) client.leave();
    container.attaching.clear();
    if (undoFailure) return systemError(`${message} (and then: ${messageOf(undoFailure)})`, error);
    return error as Error;
  }
}

/** Which OCI runtime is to run it, when it is not our own. */
function ociRuntime({ Runtime }: Container['record']['hostConfig']): { runtime?: string } {
  return Runtime && Runtime !== NATIVE_RUNTIME ? { runtime: Runtime } : {};
}

/** The runtime could not make or start the process: Docker's exit code says why. */
class TaskError extends KindError {
  readonly exitCode: number;

  constructor(cause: unknown) {
    const kind = kindOf(cause);
    super(kind === 'System' ? 'System' : 'InvalidParameter', `failed to create task for container: ${messageOf(cause)}`, { cause });
    this.exitCode = kind === 'NotFound' ? NOT_FOUND : kind === 'InvalidParameter' ? NOT_EXECUTABLE : UNKNOWN;
  }

  /** The same error, saying more. */
  with(explanation: string): this {
    this.message += `: ${explanation}`;
    return this;
  }
}

async function ofTask<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new TaskError(error);
  }
}

async function ofNetwork<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new KindError(kindOf(error), `failed to set up container networking: ${messageOf(error)}`, { cause: error });
  }
}
