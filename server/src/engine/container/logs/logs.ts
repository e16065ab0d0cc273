import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { invalidParameter } from '../../../base/errors.js';
import type { Container } from '../../../container/container.js';
import { logTag, namedAttributes } from '../../../container/log-attributes.js';
import type { LogTarget } from '../../../base/log-target.js';
import { LOG_DRIVERS, type LogDriver, type LogFollow, type LogRequest } from '../../../drivers/logdriver/driver.js';
import { KeptLogs, type KeptLog } from './kept-logs.js';
import { logPath } from '../rootfs/paths.js';

export type { LogFollow, LogRequest };

/** Containers' logs, whatever driver keeps them. */
@Injectable()
export class Logs {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(LOG_DRIVERS) private readonly drivers: readonly LogDriver[],
    private readonly kept: KeptLogs,
  ) {}

  /** The driver called `name`. @throws InvalidParameter */
  driver(name: string): LogDriver {
    const found = this.drivers.find((driver) => driver.name === name);
    if (!found) throw invalidParameter(`logger: no log driver named '${name}' is registered`);
    return found;
  }

  /** The container's driver and its options. */
  of({ record }: Container): { driver: LogDriver; options: Readonly<Record<string, string>> } {
    const { Type = '', Config } = record.hostConfig.LogConfig ?? {};
    return { driver: this.driver(Type), options: Config ?? {} };
  }

  /** Where the container's output is to be written. */
  target(container: Container): LogTarget {
    const { driver, options } = this.of(container);
    const attributes = {
      ...namedAttributes(container.record, options),
      ...(options['tag'] && { tag: logTag(container.record, options['tag']) }),
    };
    return driver.target(logPath(this.config, container.id), options, attributes);
  }

  /** The log of a container that is gone. */
  readKept({ id, driver }: KeptLog, request: LogRequest, follow: LogFollow): AsyncIterable<Buffer> {
    return this.driver(driver).read(this.kept.path(id), {}, request, follow);
  }

  /** A container's log. @throws NotImplemented when its driver keeps none that can be read */
  read(container: Container, request: LogRequest, follow: LogFollow): AsyncIterable<Buffer> {
    const { driver, options } = this.of(container);
    return driver.read(logPath(this.config, container.id), options, request, follow);
  }
}
