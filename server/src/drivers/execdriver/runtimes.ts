import type { ContainerCommand, ContainerProcess, ExecDriver, Rootfs, RootfsRequest, Usage } from './driver.js';

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
    return (command.runtime === undefined ? this.native : this.oci).create(command);
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
