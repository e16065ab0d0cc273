import type { ContainerState, Health } from '../api/generated/types.gen.js';
import type { EndRequest } from './end-request.js';
import { nowRfc3339, toRfc3339, ZERO_TIME } from './time.js';

/** What a container is doing, as it is saved. */
export interface StateRecord {
  readonly running: boolean;
  readonly paused: boolean;
  readonly restarting: boolean;
  readonly removing: boolean;
  readonly dead: boolean;
  readonly oomKilled: boolean;
  /** As the host sees it; 0 when there is no process. */
  readonly pid: number;
  readonly exitCode: number;
  readonly error: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Starts that the restart policy made since the last one a person asked for. */
  readonly restartCount: number;
  /** A person stopped it: `unless-stopped` leaves it alone. */
  readonly manuallyStopped: boolean;
  readonly health?: Health;
  /** What somebody did to end this run, or the last one. */
  readonly endRequest?: EndRequest;
  /** Signal that ended the last run's first process; 0 when it ended by itself. */
  readonly endSignal?: number;
  /** It is frozen, or being frozen or let go on, for as long as a job takes: a daemon that finds it so lets it go on. */
  readonly pausing?: boolean;
  /** How the last run ended is not known. */
  readonly unseen?: boolean;
}

/** How a run ended, in the terms of the state. */
export interface Ending {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** That ended the process; 0 when it ended by itself. */
  readonly signal?: number;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
}

/** A container that has never run. */
export const CREATED: StateRecord = {
  running: false,
  paused: false,
  restarting: false,
  removing: false,
  dead: false,
  oomKilled: false,
  pid: 0,
  exitCode: 0,
  error: '',
  startedAt: ZERO_TIME,
  finishedAt: ZERO_TIME,
  restartCount: 0,
  manuallyStopped: false,
};

export function started(state: StateRecord, pid: number): StateRecord {
  return {
    ...state,
    running: true,
    paused: false,
    restarting: false,
    dead: false,
    oomKilled: false,
    exitCode: 0,
    error: '',
    pid,
    startedAt: nowRfc3339(),
    health: undefined,
    manuallyStopped: false,
    endRequest: undefined,
    endSignal: undefined,
    pausing: undefined,
    unseen: undefined,
  };
}

/** The start did not get as far as a running process. */
export function startFailed(state: StateRecord, exitCode: number, error: string): StateRecord {
  return { ...state, running: false, restarting: false, pid: 0, exitCode, error };
}

/** Something is about to be done to its being frozen. */
export function pausing(state: StateRecord): StateRecord {
  return { ...state, pausing: true };
}

/** @param passing only for as long as a job takes */
export function paused(state: StateRecord, passing: boolean): StateRecord {
  return { ...state, paused: true, pausing: passing || undefined };
}

export function unpaused(state: StateRecord): StateRecord {
  return { ...state, paused: false, pausing: undefined };
}

export function exited(state: StateRecord, ending: Ending): StateRecord {
  const { exitCode, oomKilled, signal: endSignal } = ending;
  const finishedAt = toRfc3339(ending.finishedAt);
  const idle = { running: false, paused: false, pausing: undefined, restarting: false, pid: 0 };
  return { ...state, ...idle, exitCode, oomKilled, endSignal, finishedAt, error: '' };
}

/** Ended, and the restart policy will start it again. Docker calls that still running. */
export function awaitingRestart(state: StateRecord, ending: Ending): StateRecord {
  return { ...exited(state, ending), running: true, restarting: true, restartCount: state.restartCount + 1 };
}

/** The wait for the next restart was called off. */
export function restartCancelled(state: StateRecord): StateRecord {
  return { ...state, running: false, restarting: false, pid: 0 };
}

export function removing(state: StateRecord): StateRecord {
  return { ...state, removing: true };
}

/** Its removal failed half way: it can only be removed again. */
export function dead(state: StateRecord, error: string): StateRecord {
  return { ...state, removing: false, dead: true, error };
}

/** Docker's one word for the state. */
export function statusOf(state: StateRecord): ContainerState['Status'] {
  if (state.running) return state.paused ? 'paused' : state.restarting ? 'restarting' : 'running';
  if (state.removing) return 'removing';
  if (state.dead) return 'dead';
  return state.startedAt === ZERO_TIME ? 'created' : 'exited';
}

/** The state as `docker inspect` shows it. */
export function toContainerState(state: StateRecord): ContainerState {
  return {
    Status: statusOf(state),
    Running: state.running,
    Paused: state.paused,
    Restarting: state.restarting,
    OOMKilled: state.oomKilled,
    Dead: state.dead,
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt,
    FinishedAt: state.finishedAt,
    ...(state.health && { Health: state.health }),
  };
}
