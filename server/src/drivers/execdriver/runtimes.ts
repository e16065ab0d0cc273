import type { ContainerCommand, ContainerProcess, ExecDriver, OciSpec, Rootfs, RootfsRequest, Usage } from './driver.js';

/** Name of the native runtime as a command line, which alone runs the hooks of a spec, such as those of CDI devices. No other can be called this. */
export const HOOKED_RUNTIME = 'slipway hooks';

/** Ends with the daemon. */
interface Ending {
  onApplicationShutdown(): Promise<void>;
}

/** The native runtime and those of the command line behind one contract: `ContainerCommand.runtime` says which runs a container. */
export class RuntimesDriver implements ExecDriver {
  readonly name = 'runtimes';

  constructor(
    private readonly native: ExecDriver & Ending,
    private readonly oci: ExecDriver & Ending,
  ) {}

  create(command: ContainerCommand): Promise<ContainerProcess> {
    if (command.runtime !== undefined) return this.oci.create(command);
    return hasHooks(command.spec) ? this.oci.create({ ...command, runtime: HOOKED_RUNTIME }) : this.native.create(command);
  }

  async adopt(id: string): Promise<ContainerProcess | undefined> {
    const owner = (await this.oci.list()).includes(id) ? this.oci : this.native;
    return owner.adopt(id);
  }

  usage(processes: readonly ContainerProcess[]): Promise<(Usage | undefined)[]> {
    return this.native.usage(processes);
  }

  openRootfs(request: RootfsRequest): Promise<Rootfs> {
    return this.native.openRootfs(request);
  }

  async list(): Promise<string[]> {
    return [...(await this.native.list()), ...(await this.oci.list())];
  }

  async onApplicationShutdown(): Promise<void> {
    await this.native.onApplicationShutdown();
    await this.oci.onApplicationShutdown();
  }
}

function hasHooks(spec: OciSpec): boolean {
  return Object.values((spec['hooks'] ?? {}) as Readonly<Record<string, readonly unknown[]>>).some((hooks) => hooks.length > 0);
}
