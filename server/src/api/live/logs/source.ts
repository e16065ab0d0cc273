import { Injectable } from '@nestjs/common';
import { notFound } from '../../../base/errors.js';
import { Containers } from '../../../container/store.js';
import { KeptLogs, serviceOf } from '../../../engine/container/logs/kept-logs.js';
import { Logs, type LogFollow, type LogRequest } from '../../../engine/container/logs/logs.js';
import { LogLines } from '../log-lines.js';
import type { LogLine, LogSourceSummary } from '../protocol.js';

/** A log that can be read: of a container, or of one that is gone. */
export interface LogSource {
  readonly summary: LogSourceSummary;
  read(request: LogRequest, follow: LogFollow): AsyncIterable<Buffer>;
}

/** All logs there are. */
@Injectable()
export class LogSources {
  constructor(
    private readonly containers: Containers,
    private readonly logs: Logs,
    private readonly kept: KeptLogs,
  ) {}

  /** Those of containers first, then the kept ones, the youngest first. */
  all(): LogSource[] {
    const alive = [...this.containers.all()].filter(({ record }) => record.hostConfig.LogConfig?.Type !== 'none');
    return [...alive.map(({ id }) => this.get(id)), ...this.kept.all().map(({ id }) => this.get(id))];
  }

  /** @param reference ID, start of one, or name of a container; full ID of one that is gone. @throws NotFound */
  get(reference: string): LogSource {
    const log = this.kept.find(reference);
    if (log && !this.containers.find(reference)) {
      const { id, name, service, project, image, created, removed, size } = log;
      const summary = { id, name, service, project, image, created, removed: new Date(removed).toISOString(), size };
      return { summary, read: (request, follow) => this.logs.readKept(log, request, follow) };
    }
    const container = this.containers.get(reference);
    const { id, name, record } = container;
    const summary = { id, name, ...serviceOf(container), image: record.config.Image ?? '', created: record.created };
    return { summary, read: (request, follow) => this.logs.read(container, request, follow) };
  }

  /** Those of these IDs or names; all without. @throws NotFound */
  choose(references: readonly string[] | undefined): LogSource[] {
    if (references?.length === 0) throw notFound('no log is named');
    return references?.map((reference) => this.get(reference)) ?? this.all();
  }
}

/** The lines of a log, chunk by chunk. @param request is completed to what lines need */
export async function* readLines(
  source: LogSource,
  request: Pick<LogRequest, 'tail' | 'since' | 'until'>,
  follow: LogFollow,
): AsyncGenerator<LogLine[]> {
  const lines = new LogLines();
  for await (const chunk of source.read({ ...EVERYTHING, ...request }, follow)) yield lines.push(chunk);
  yield lines.rest();
}

export const EVERYTHING: LogRequest = {
  tail: undefined,
  since: undefined,
  until: undefined,
  stdout: true,
  stderr: true,
  timestamps: true,
  details: false,
  frames: true,
};
