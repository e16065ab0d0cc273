import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import type { Job, JobContext } from '../job.js';
import { Logs } from './logs/logs.js';

export interface ContainerLogsParams {
  readonly id: string;
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  /** Seconds since 1970, with fractions; 0 is none. */
  readonly since?: number | string;
  readonly until?: number | string;
  readonly timestamps?: boolean;
  readonly details?: boolean;
  /** A number of lines, or 'all'. */
  readonly tail?: string;
}

export interface ContainerLog {
  /** The bytes are raw, as those of a tty; otherwise Docker's frames. */
  readonly tty: boolean;
  /** Each needed no longer than until the one after the next is asked for. */
  readonly pieces: AsyncIterable<Buffer>;
}

/** Reads a container's log, and goes on as long as the container runs when it is followed. */
@Injectable()
export class ContainerLogs implements Job<ContainerLogsParams, ContainerLog> {
  constructor(
    private readonly containers: Containers,
    private readonly logs: Logs,
  ) {}

  async run(params: ContainerLogsParams, { signal }: JobContext): Promise<ContainerLog> {
    const container = this.containers.get(params.id);
    const { stdout = false, stderr = false, timestamps = false, details = false } = params;
    if (!stdout && !stderr) throw invalidParameter('Bad parameters: you must choose at least one stream');
    const request = {
      stdout,
      stderr,
      timestamps,
      details,
      tail: parseTail(params.tail),
      since: parseSeconds('since', params.since),
      until: parseSeconds('until', params.until),
      frames: !container.tty,
    };
    const ended = params.follow && container.process ? container.process.exit : undefined;
    return { tty: container.tty, pieces: this.logs.read(container, request, { signal, ended, reuses: true }) };
  }
}

/** Anything but a number of lines means all of them, as it does for Docker. */
function parseTail(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function parseSeconds(field: string, value: number | string | undefined): bigint | undefined {
  const text = String(value ?? 0);
  const [match, seconds = '0', digits = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (match === undefined) throw invalidParameter(`invalid value for "${field}": ${text} is no number of seconds since 1970`);
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(digits.padEnd(9, '0'));
  return nanoseconds === 0n ? undefined : nanoseconds;
}
