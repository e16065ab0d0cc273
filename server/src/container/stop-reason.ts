import type { ContainerRecord } from './container.js';
import type { EndRequest } from './end-request.js';
import type { StateRecord } from './state.js';
import { humanDuration } from './summary.js';
import { ZERO_TIME } from './time.js';

export interface StopReason {
  /** Why the container does not run, in one sentence or two. */
  readonly sentence: string;
  /** What to do about it, when there is something to do. */
  readonly advice?: string;
  readonly tone: 'ok' | 'warn' | 'bad';
}

/** Names of the signals that end programs, by their numbers (signal(7)). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};
const CRASHES = new Set([4, 5, 6, 7, 8, 11, 31]);
const SIGKILL = 9;
/** Milliseconds in which a program ends that ends because of a signal. */
const SOON = 10_000;
/** How a run ended that nobody saw the end of. */
const UNSEEN = 255;
const SAW_LOG = 'The last lines of its log usually say why.';

/** Why a container does not run; undefined when it does. */
export function stopReason(record: ContainerRecord, state: StateRecord): StopReason | undefined {
  if (state.running && !state.restarting) return undefined;
  if (state.error)
    return {
      sentence: `It could not be started: ${state.error}`,
      advice: 'Correct what the message names, then start it again.',
      tone: 'bad',
    };
  if (state.startedAt === ZERO_TIME) return { sentence: 'It was created and has not been started yet.', tone: 'ok' };
  const reason = ended(record, state);
  return { ...reason, sentence: `${reason.sentence}${duration(state)}${illness(state)}.${afterwards(record, state)}` };
}

function ended(record: ContainerRecord, state: StateRecord): StopReason {
  const { exitCode } = state;
  if (state.oomKilled) return outOfMemory(record);
  if (state.unseen)
    return {
      sentence: `It ended while nobody watched, so how is not known (exit code ${UNSEEN})`,
      advice: 'The host was restarted, or its shim was killed.',
      tone: 'warn',
    };
  if (state.endRequest && isCause(state.endRequest, state)) return asked(state.endRequest, exitCode);
  const [path = ''] = [record.config.Entrypoint, record.config.Cmd].flat().filter((word) => word != null);
  if (exitCode === 0) return { sentence: 'It finished by itself, without an error (exit code 0)', tone: 'ok' };
  if (exitCode === 126)
    return {
      sentence: `A command could not be executed (exit code 126)`,
      advice: `Check that ${path} and what it calls are executable.`,
      tone: 'bad',
    };
  if (exitCode === 127)
    return {
      sentence: `A command was not found (exit code 127)`,
      advice: `Check that ${path} and what it calls are in the image.`,
      tone: 'bad',
    };
  const signal = state.endSignal || (exitCode > 128 && exitCode < 193 ? exitCode - 128 : 0);
  return signal > 0 ? bySignal(signal, exitCode, state.endSignal !== undefined && state.endSignal > 0) : failed(exitCode);
}

/** A signal such as SIGHUP ends some programs, and others do something else with it and go on. */
function isCause({ signal, at }: EndRequest, { endSignal, finishedAt }: StateRecord): boolean {
  return at === undefined || endSignal === signal || Date.parse(finishedAt) - at < SOON;
}

function outOfMemory({ hostConfig }: ContainerRecord): StopReason {
  const limit = hostConfig.Memory ?? 0;
  return {
    sentence: `It ran out of memory${limit > 0 ? ` (limit ${(limit / 1024 ** 2).toFixed(0)} MiB)` : ''} and the kernel killed it`,
    advice: limit > 0 ? 'Give it a higher memory limit, or find what grows.' : 'The host itself was short of memory.',
    tone: 'bad',
  };
}

const REQUESTS: Readonly<Record<EndRequest['by'], string>> = {
  stop: 'It was stopped on request',
  restart: 'It was stopped to be restarted',
  kill: 'It was killed on request',
  signal: 'It was sent a signal on request',
  removal: 'It was killed to be removed',
  shutdown: 'It was stopped because the daemon ended',
};

function asked({ by, signal, seconds = 0, late }: EndRequest, exitCode: number): StopReason {
  const code = `exit code ${exitCode}`;
  if (late) {
    return {
      sentence: `${REQUESTS[by]}; it did not end on ${nameOf(signal)} within ${seconds} seconds and was killed (${code})`,
      advice: `Let it end on ${nameOf(signal)}, or give it more time with --stop-timeout.`,
      tone: 'warn',
    };
  }
  const tone = by === 'kill' || (exitCode !== 0 && exitCode !== 128 + signal) ? 'warn' : 'ok';
  return { sentence: `${REQUESTS[by]} with ${nameOf(signal)} (${code})`, tone };
}

/** @param own whether the container's first process itself was hit, and not a program it ran */
function bySignal(signal: number, exitCode: number, own: boolean): StopReason {
  const what = `${nameOf(signal)} (exit code ${exitCode})`;
  if (!own) return { sentence: `It ended because a program that it ran was ended by ${what}`, advice: SAW_LOG, tone: 'bad' };
  if (CRASHES.has(signal)) return { sentence: `It crashed with ${what}`, advice: 'The last lines of its log may say where.', tone: 'bad' };
  const advice = 'Nobody asked the daemon for that: it was done on the host or by the container itself.';
  return { sentence: `It was ended with ${what}`, advice, tone: signal === SIGKILL ? 'bad' : 'warn' };
}

const failed = (exitCode: number): StopReason => ({
  sentence: `Its process ended by itself with an error (exit code ${exitCode})`,
  advice: SAW_LOG,
  tone: 'bad',
});

function nameOf(signal: number): string {
  return SIGNALS[signal] ?? `signal ${signal}`;
}

/** The start is noted after the fact: a process may have ended before its note. */
function duration({ startedAt, finishedAt }: StateRecord): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  if (Number.isNaN(seconds)) return '';
  return `, ${humanDuration(Math.max(0, seconds)).replace(/^[LA]/, (letter) => letter.toLowerCase())} after its start`;
}

function illness({ health }: StateRecord): string {
  if (health?.Status !== 'unhealthy') return '';
  return `, and had been unhealthy for ${health.FailingStreak} checks`;
}

function afterwards({ hostConfig }: ContainerRecord, { restarting, restartCount, endRequest }: StateRecord): string {
  if (restarting) return ' Its restart policy starts it again.';
  const { Name, MaximumRetryCount = 0 } = hostConfig.RestartPolicy ?? {};
  const gaveUp = Name === 'on-failure' && MaximumRetryCount > 0 && restartCount >= MaximumRetryCount && !endRequest;
  return gaveUp ? ` Its restart policy has given up after ${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'}.` : '';
}
