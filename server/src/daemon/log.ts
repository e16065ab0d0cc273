import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { DaemonConfig } from '../base/config.js';

const LEVELS: Readonly<Record<DaemonConfig['logLevel'], LogLevel[]>> = {
  fatal: ['fatal'],
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug'],
};

/** The daemon's own log, on standard error: what went wrong always, what goes on with --debug or --log-level. */
export function daemonLog(config: DaemonConfig): DaemonLog {
  return new DaemonLog({
    prefix: 'slipwayd',
    colors: process.stderr.isTTY && config.logFormat === 'text' && !config.rawLogs,
    json: config.logFormat === 'json',
    logLevels: levelsOf(config),
  });
}

/** Standard output is kept for what a person or a program waits for: the ready line and the links. */
export class DaemonLog extends ConsoleLogger {
  /** Tells from now on what the configuration says. */
  follow(config: DaemonConfig): void {
    this.setLogLevels(levelsOf(config));
  }

  protected override printMessages(messages: unknown[], context?: string, level?: Parameters<ConsoleLogger['printMessages']>[2]): void {
    super.printMessages(messages, context, level, 'stderr');
  }
}

function levelsOf({ debug, logLevel }: DaemonConfig): LogLevel[] {
  return LEVELS[debug ? 'debug' : logLevel];
}
