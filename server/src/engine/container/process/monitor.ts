import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../../base/errors.js';
import { eventAttributes } from '../../../container/attributes.js';
import type { Container } from '../../../container/container.js';
import { nextRestart } from '../../../container/restart-policy.js';
import { awaitingRestart, exited, restartCancelled } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import type { ContainerProcess, ExitStatus } from '../../../drivers/execdriver/driver.js';
import { Events } from '../../../events/events.js';
import { Sandboxes } from '../../../network/sandboxes.js';
import { Volumes } from '../../../volume/volumes.js';
import { Engine } from '../../engine.js';
import { HealthChecks } from './health-checks.js';
import { Launch } from './launch.js';
import { containerLock } from '../rootfs/paths.js';
import { LogForwarding } from '../logs/log-forwarding.js';
import { Removal } from './removal.js';
import { SharedMemory } from '../mounts/shared-memory.js';

/** Sees to what happens when a container's process ends: state, events, restart policy, automatic removal. */
@Injectable()
export class Monitor {
  private readonly log = new Logger('Monitor');

  constructor(
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly launch: Launch,
    private readonly removal: Removal,
    private readonly healthChecks: HealthChecks,
    private readonly sandboxes: Sandboxes,
    private readonly volumes: Volumes,
    private readonly sharedMemory: SharedMemory,
    private readonly forwarding: LogForwarding,
    private readonly events: Events,
  ) {}

  /** Watches a container that has just been started or adopted. */
  watch(container: Container): void {
    const { process } = container;
    if (!process) return;
    this.healthChecks.begin(container);
    this.forwarding.begin(container);
    process.exit
      .then((status) => this.ended(container, process, status))
      .catch((error: unknown) => this.log.error(`container ${container.id}: its end could not be seen to: ${messageOf(error)}`));
  }

  private async ended(container: Container, process: ContainerProcess, status: ExitStatus): Promise<void> {
    if (container.process !== process) return;
    container.health?.stop();
    container.health = undefined;
    const saved = Promise.withResolvers<void>();
    // Only once that is known: with the process goes the record of how it ended.
    container.cleanup = saved.promise.then(() => this.giveBackOwn(container, process));
    // What others may want, such as a port, must be free by the time its last user is seen to be gone; Docker tells of it before, too.
    await this.giveBackShared(container);
    const duration = status.finishedAt - Date.parse(container.state.startedAt);
    const delay = nextRestart(container.record.hostConfig.RestartPolicy, {
      exitCode: status.exitCode,
      manuallyStopped: container.state.manuallyStopped,
      restartCount: container.state.restartCount,
      duration,
      lastDelay: container.restartDelay,
    });
    try {
      this.containers.setState(container, delay === undefined ? exited(container.state, status) : awaitingRestart(container.state, status));
    } finally {
      container.process = undefined;
      saved.resolve();
    }
    if (status.oomKilled) this.events.publish('container', 'oom', container.id, eventAttributes(container));
    const facts = { exitCode: String(status.exitCode), execDuration: String(Math.max(0, Math.floor(duration / 1000))) };
    this.events.publish('container', 'die', container.id, eventAttributes(container, facts));
    container.exits.tell({ exitCode: status.exitCode, error: '' });
    if (delay !== undefined) this.planRestart(container, delay);
    else if (container.record.hostConfig.AutoRemove && !container.state.removing && !container.keepAtExit)
      this.removal.removeSoon(container);
  }

  /** Gives back what the run had of networks and volumes. */
  private async giveBackShared(container: Container): Promise<void> {
    const { id, record } = container;
    const volumes = record.mounts.filter(({ type }) => type === 'volume');
    await this.settle(id, [this.sandboxes.release(id)]);
    await this.settle(
      id,
      volumes.map(({ name = '' }) => this.volumes.unmount(name, id)),
    );
  }

  private giveBackOwn({ id }: Container, process: ContainerProcess): Promise<void> {
    return this.settle(id, [this.sharedMemory.release(id), process.dispose()]);
  }

  /** Failures are told: nobody waits for them. */
  private async settle(id: string, work: readonly Promise<unknown>[]): Promise<void> {
    for (const result of await Promise.allSettled(work)) {
      if (result.status === 'rejected') this.log.error(`container ${id}: cleaning up after its exit: ${messageOf(result.reason)}`);
    }
  }

  /** Starts a container that a former daemon ran or was about to start again. */
  resume(container: Container): void {
    const { exitCode, oomKilled } = container.state;
    const finishedAt = Math.max(0, Date.parse(container.state.finishedAt));
    this.containers.setState(container, {
      ...awaitingRestart(container.state, { exitCode, oomKilled, finishedAt }),
      restartCount: container.state.restartCount,
    });
    this.planRestart(container, 0);
  }

  /** Starts the container again after `delay` milliseconds, unless that is called off. */
  private planRestart(container: Container, delay: number): void {
    const timer = setTimeout(() => {
      container.cancelRestart = undefined;
      void this.engine.exclusively(containerLock(container.id), () => this.restart(container, delay));
    }, delay);
    container.cancelRestart = () => {
      clearTimeout(timer);
      container.cancelRestart = undefined;
      this.containers.setState(container, restartCancelled(container.state));
    };
  }

  private async restart(container: Container, delay: number): Promise<void> {
    if (!container.state.restarting || container.state.removing) return;
    container.restartDelay = delay;
    try {
      await this.launch.start(container);
      this.watch(container);
    } catch (error) {
      this.log.error(`container ${container.id}: restart by its policy failed: ${messageOf(error)}`);
      container.exits.tell({ exitCode: container.state.exitCode, error: messageOf(error) });
    }
  }
}
