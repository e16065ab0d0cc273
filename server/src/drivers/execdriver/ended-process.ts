import { rm } from 'node:fs/promises';
import { conflict } from '../../base/errors.js';
import { runtime } from '../../libcontainer/index.js';
import type { ContainerProcess, ExitStatus } from './driver.js';

/** A container that has ended while no daemon was there: only its exit record is left. */
export class EndedProcess implements ContainerProcess {
  readonly pid = 0;
  readonly exit: Promise<ExitStatus>;

  constructor(
    readonly id: string,
    private readonly bundle: string,
    readonly cgroup: string,
    status: ExitStatus,
    /** Undoes what its runtime still keeps of it. */
    private readonly forget: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.exit = Promise.resolve(status);
  }

  private gone(): Promise<never> {
    return Promise.reject(conflict(`container ${this.id} is not running`));
  }

  start = () => this.gone();
  attach = () => this.gone();
  resize = () => this.gone();
  pause = () => this.gone();
  resume = () => this.gone();
  update = () => this.gone();
  stats = () => this.gone();
  exec = () => this.gone();
  signal = () => Promise.resolve();
  pids = () => Promise.resolve([]);
  openRootfs = () => Promise.resolve(undefined);

  async dispose(): Promise<void> {
    await this.forget();
    await runtime.destroy(this.cgroup);
    await rm(this.bundle, { recursive: true, force: true });
  }
}
