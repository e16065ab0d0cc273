import { Injectable } from '@nestjs/common';
import type { ExecConfig } from '../api/generated/types.gen.js';
import { notFound } from '../base/errors.js';
import type { ExecProcess } from '../drivers/execdriver/driver.js';

/** One more process in a container: made, started once, looked up until some time after its end. */
export class Exec {
  process: ExecProcess | undefined;
  /** It can be started only once. */
  started = false;
  running = false;
  exitCode: number | null = null;
  /** Milliseconds since 1970; 0 before the end. */
  endedAt = 0;

  constructor(
    readonly id: string,
    readonly containerId: string,
    readonly config: ExecConfig,
  ) {}

  get pid(): number {
    return this.process?.pid ?? 0;
  }
}

const KEPT_MILLISECONDS = 5 * 60 * 1000;

/** All execs of all containers. Those that ended are kept for five minutes. */
@Injectable()
export class Execs {
  private readonly byId = new Map<string, Exec>();

  /** @throws NotFound */
  get(id: string): Exec {
    const exec = this.byId.get(id);
    if (!exec) throw notFound(`No such exec instance: ${id}`);
    return exec;
  }

  /** Adds one and forgets those whose time is over. */
  add(exec: Exec): void {
    const now = Date.now();
    for (const old of this.byId.values()) {
      if (old.endedAt !== 0 && now - old.endedAt > KEPT_MILLISECONDS) this.byId.delete(old.id);
    }
    this.byId.set(exec.id, exec);
  }

  delete(id: string): void {
    this.byId.delete(id);
  }
}
