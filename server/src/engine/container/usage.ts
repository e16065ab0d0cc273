import { Inject, Injectable } from '@nestjs/common';
import type { Container } from '../../container/container.js';
import { EXEC_DRIVER, type ContainerProcess, type ExecDriver, type Usage } from '../../drivers/execdriver/driver.js';

export type { Usage };

/** A container whose process runs. */
export type RunningContainer = Container & { readonly process: ContainerProcess };

/** What containers use, for whoever watches many of them. */
@Injectable()
export class ContainersUsage {
  constructor(@Inject(EXEC_DRIVER) private readonly driver: ExecDriver) {}

  /** One look at them; undefined for those that have ended meanwhile. */
  read(containers: readonly RunningContainer[]): Promise<(Usage | undefined)[]> {
    return this.driver.usage(containers.map(({ process }) => process));
  }
}

/** Whether there is something of a container to look at. */
export function isRunning(container: Container): container is RunningContainer {
  return container.process !== undefined && !container.state.restarting;
}
