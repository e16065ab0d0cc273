import type { RestartPolicy } from '../api/generated/types.gen.js';
import { invalidParameter } from '../base/errors.js';

const FIRST_DELAY = 100;
const LONGEST_DELAY = 60_000;
const STEADY_RUN = 10_000;

/** One exit, as the restart policy sees it. */
export interface ExitFacts {
  readonly exitCode: number;
  readonly manuallyStopped: boolean;
  /** Restarts made so far. */
  readonly restartCount: number;
  /** Milliseconds the run lasted. */
  readonly duration: number;
  /** The wait before this run, in milliseconds; 0 before the first. */
  readonly lastDelay: number;
}

/** The wait in milliseconds before the next start, or undefined when the container stays down. Each wait is twice the last one. */
export function nextRestart(policy: RestartPolicy | undefined, exit: ExitFacts): number | undefined {
  if (exit.manuallyStopped || !wantsRestart(policy, exit)) return undefined;
  if (exit.lastDelay === 0 || exit.duration >= STEADY_RUN) return FIRST_DELAY;
  return Math.min(exit.lastDelay * 2, LONGEST_DELAY);
}

function wantsRestart(policy: RestartPolicy | undefined, { exitCode, restartCount }: ExitFacts): boolean {
  if (policy?.Name === 'always' || policy?.Name === 'unless-stopped') return true;
  if (policy?.Name !== 'on-failure' || exitCode === 0) return false;
  const limit = policy.MaximumRetryCount ?? 0;
  return limit === 0 || restartCount < limit;
}

/** Whether a container that is not running is started with the daemon. */
export function startsWithDaemon(policy: RestartPolicy | undefined, manuallyStopped: boolean): boolean {
  return policy?.Name === 'always' || (policy?.Name === 'unless-stopped' && !manuallyStopped);
}

/** @throws InvalidParameter for a policy that contradicts itself or AutoRemove */
export function validateRestartPolicy(policy: RestartPolicy | undefined, autoRemove: boolean | undefined): void {
  const name = policy?.Name ?? '';
  const retries = policy?.MaximumRetryCount ?? 0;
  if (!['', 'no', 'always', 'unless-stopped', 'on-failure'].includes(name)) {
    throw invalidParameter(
      `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (retries !== 0 && name !== 'on-failure') {
    throw invalidParameter("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  }
  if (retries < 0) throw invalidParameter('invalid restart policy: maximum retry count cannot be negative');
  if (autoRemove && name !== '' && name !== 'no') throw invalidParameter("can't create 'AutoRemove' container with restart policy");
}
