import type { Health, HealthConfig, HealthcheckResult, HealthStatus } from '../api/generated/types.gen.js';
import { nowRfc3339 } from './time.js';
import { timerMs } from '../base/timers.js';

const KEPT = 5;
const LONGEST_OUTPUT = 4096;
const DEFAULTS = { interval: 30_000, timeout: 30_000, startPeriod: 0, startInterval: 5_000, retries: 3 };

/** What one probe found. Exit code 0 is healthy, anything else is not; -1 when it could not be run or took too long. */
export interface ProbeResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a probe in the container. @param timeout in milliseconds; a longer probe is killed */
export type Probe = (command: readonly string[], timeout: number) => Promise<ProbeResult>;

/** The command of a health check, or undefined when there is none. @param shell the image's SHELL */
export function probeCommand(config: HealthConfig | undefined, shell: readonly string[] | null | undefined): string[] | undefined {
  const [kind, ...rest] = config?.Test ?? [];
  if (kind === 'CMD') return rest;
  if (kind === 'CMD-SHELL') return [...(shell?.length ? shell : ['/bin/sh', '-c']), ...rest];
  return undefined;
}

/** Probes one run of a container and keeps the verdict, from its start to `stop`. */
export class HealthMonitor {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly startedAt = Date.now();
  private readonly times: typeof DEFAULTS;

  /**
   * @param report called after every probe; `changed` when the status is another than before
   * @param health verdict of a former daemon, to go on from
   */
  constructor(
    private readonly command: readonly string[],
    config: HealthConfig,
    private readonly probe: Probe,
    private readonly report: (health: Health, changed: boolean) => void,
    public health: Health = { Status: 'starting', FailingStreak: 0, Log: [] },
  ) {
    const milliseconds = (nanoseconds: number | undefined, otherwise: number) => (nanoseconds ? nanoseconds / 1e6 : otherwise);
    this.times = {
      interval: milliseconds(config.Interval, DEFAULTS.interval),
      timeout: milliseconds(config.Timeout, DEFAULTS.timeout),
      startPeriod: milliseconds(config.StartPeriod, DEFAULTS.startPeriod),
      startInterval: milliseconds(config.StartInterval, DEFAULTS.startInterval),
      retries: config.Retries || DEFAULTS.retries,
    };
    this.plan();
  }

  /** No probe begins after this, and the result of one that runs is dropped. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private plan(): void {
    const delay = this.isStarting() ? Math.min(this.times.startInterval, this.times.interval) : this.times.interval;
    this.timer = setTimeout(() => void this.check(), timerMs(delay));
  }

  private isStarting(): boolean {
    return this.health.Status === 'starting' && Date.now() - this.startedAt < this.times.startPeriod;
  }

  private async check(): Promise<void> {
    const start = nowRfc3339();
    const result = await this.probe(this.command, this.times.timeout);
    if (this.stopped) return;
    this.judge({ Start: start, End: nowRfc3339(), ExitCode: result.exitCode, Output: shorten(result.output) });
    this.plan();
  }

  private judge(result: HealthcheckResult): void {
    const before = this.health.Status;
    const failed = result.ExitCode !== 0;
    // Failures while the container comes up are not held against it.
    const streak = failed ? this.health.FailingStreak + (this.isStarting() ? 0 : 1) : 0;
    const status: HealthStatus = failed ? (streak >= this.times.retries ? 'unhealthy' : before) : 'healthy';
    this.health = { Status: status, FailingStreak: streak, Log: [...(this.health.Log ?? []), result].slice(-KEPT) };
    this.report(this.health, status !== before);
  }
}

function shorten(output: string): string {
  return output.length > LONGEST_OUTPUT ? `${output.slice(0, LONGEST_OUTPUT)}...` : output;
}
