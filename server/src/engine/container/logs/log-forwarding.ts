import { Inject, Injectable, Logger } from '@nestjs/common';
import { join } from 'node:path';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { messageOf, systemError } from '../../../base/errors.js';
import type { Undo } from '../../../base/undo.js';
import { argumentsOf, type Container } from '../../../container/container.js';
import { logTag, namedAttributes } from '../../../container/log-attributes.js';
import { isForwarding, type ForwardingDriver, type LogInfo, type LogSink } from '../../../drivers/logdriver/driver.js';
import { LogSending } from './log-sending.js';
import { Logs } from './logs.js';
import { containerFolder, logPath } from '../rootfs/paths.js';

const DEFAULT_TAG = '{{.ID}}';

/**
 * Sends the logs of running containers where their log driver says. The log on the disk is what is sent, and how far it has
 * been is saved: neither the daemon's absence nor the other side's loses a line.
 */
@Injectable()
export class LogForwarding {
  private readonly log = new Logger('LogForwarding');
  private readonly opened = new Map<string, LogSink>();
  private readonly running = new Map<string, { sending: LogSending; done: Promise<void> }>();

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly logs: Logs,
  ) {}

  /** Reaches the other side before the container starts, as Docker does. @throws System when it cannot be reached */
  async prepare(container: Container, undo: Undo): Promise<void> {
    const { driver } = this.logs.of(container);
    if (!isForwarding(driver)) return;
    const sink = await this.open(driver, container).catch((error: unknown) => {
      throw systemError(`failed to initialize logging driver: ${messageOf(error)}`, error);
    });
    this.opened.set(container.id, sink);
    undo.add(sink, async () => {
      this.opened.delete(container.id);
      await sink.close();
    });
  }

  /** Begins to send the log of a container that has just been started or adopted, until it ends. */
  begin(container: Container): void {
    const { driver } = this.logs.of(container);
    const { process, id } = container;
    if (!isForwarding(driver) || !process) return;
    const sink = this.opened.get(id);
    this.opened.delete(id);
    const sending = new LogSending(this.file(id), () => this.open(driver, container), sink);
    void process.exit.then(() => sending.hurry());
    const follow = { signal: sending.signal, ended: process.exit };
    const done = sending
      .run((from) => driver.records(logPath(this.config, id), from, follow))
      .catch((error: unknown) => this.log.error(`container ${id}: its log could not be sent to ${driver.name}: ${messageOf(error)}`))
      .finally(() => this.running.delete(id));
    this.running.set(id, { sending, done });
  }

  /** Resolves when the log of the container's last run has been sent, or could not be. */
  async settled(id: string): Promise<void> {
    await this.running.get(id)?.done;
  }

  /** Sends no more; how far each log has been sent is saved for the next daemon. */
  async close(): Promise<void> {
    const all = [...this.running.values()];
    for (const { sending } of all) sending.stop();
    await Promise.all(all.map(({ done }) => done));
  }

  private open(driver: ForwardingDriver, container: Container): Promise<LogSink> {
    const { options } = this.logs.of(container);
    return driver.open(options, infoOf(container.record, options));
  }

  private file(id: string): string {
    return join(containerFolder(this.config, id), 'log-position.json');
  }
}

function infoOf(record: Container['record'], options: Readonly<Record<string, string>>): LogInfo {
  return {
    containerId: record.id,
    containerName: record.name,
    imageId: record.image,
    imageName: record.config.Image ?? '',
    command: argumentsOf(record.config).join(' '),
    created: record.created,
    attributes: namedAttributes(record, options),
    tag: logTag(record, options['tag'] || DEFAULT_TAG),
  };
}
