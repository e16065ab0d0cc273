import type { ContainerCommand, ExecDriver } from '../driver.js';
import { OciDriver } from '../oci/driver.js';

/** A driver that has one runtime, and runs every container with it. */
export class OneRuntime extends OciDriver {
  constructor(
    execRoot: string,
    private readonly path: string,
  ) {
    super(execRoot, { [path]: { path, args: [] } });
  }

  override create(command: ContainerCommand): ReturnType<ExecDriver['create']> {
    return super.create({ ...command, runtime: this.path });
  }
}
