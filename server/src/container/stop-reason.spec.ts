import { describe, expect, it } from 'vitest';
import type { ContainerRecord } from './container.js';
import type { EndRequest } from './end-request.js';
import { CREATED, exited, started, type StateRecord } from './state.js';
import { stopReason } from './stop-reason.js';

const record = (hostConfig: ContainerRecord['hostConfig'] = {}): ContainerRecord => ({
  id: 'a',
  name: 'web',
  created: '',
  image: '',
  driver: '',
  networking: {},
  mounts: [],
  config: { Cmd: ['/app/server'] },
  hostConfig,
});

const FINISHED = Date.parse('2026-01-01T02:00:00Z');

function ended(ending: { exitCode: number; oomKilled?: boolean; signal?: number }, more: Partial<StateRecord> = {}): StateRecord {
  const run = { ...started(CREATED, 42), startedAt: '2026-01-01T00:00:00Z', ...more };
  return exited(run, { oomKilled: false, finishedAt: FINISHED, ...ending });
}

const sentence = (state: StateRecord, hostConfig = {}) => stopReason(record(hostConfig), state)?.sentence;
const asked = (endRequest: EndRequest) => ({ endRequest });

describe('stopReason', () => {
  it('says nothing of what runs', () => expect(stopReason(record(), started(CREATED, 42))).toBeUndefined());

  it('tells one that was never started from one that could not be', () => {
    expect(sentence(CREATED)).toBe('It was created and has not been started yet.');
    expect(sentence({ ...CREATED, error: 'no such port' })).toBe('It could not be started: no such port');
  });

  it.each<[string, StateRecord, string]>([
    ['a good end', ended({ exitCode: 0 }), 'finished by itself, without an error (exit code 0), 2 hours after its start.'],
    ['an error', ended({ exitCode: 3 }), 'Its process ended by itself with an error (exit code 3)'],
    ['a crash', ended({ exitCode: 139, signal: 11 }), 'It crashed with SIGSEGV (exit code 139)'],
    ['a kill by others', ended({ exitCode: 137, signal: 9 }), 'It was ended with SIGKILL (exit code 137)'],
    ["a child's kill", ended({ exitCode: 137, signal: 0 }), 'a program that it ran was ended by SIGKILL (exit code 137)'],
    ['an end that nobody saw', ended({ exitCode: 255 }, { unseen: true }), 'ended while nobody watched'],
    [
      'a stop',
      ended({ exitCode: 143, signal: 15 }, asked({ by: 'stop', signal: 15, seconds: 10 })),
      'It was stopped on request with SIGTERM (exit code 143)',
    ],
    [
      'a stop that took too long',
      ended({ exitCode: 137, signal: 9 }, asked({ by: 'stop', signal: 15, seconds: 10, late: true })),
      'it did not end on SIGTERM within 10 seconds and was killed (exit code 137)',
    ],
    ['a kill', ended({ exitCode: 137, signal: 9 }, asked({ by: 'kill', signal: 9 })), 'It was killed on request with SIGKILL'],
    ['the end of the daemon', ended({ exitCode: 0 }, asked({ by: 'shutdown', signal: 15 })), 'because the daemon ended with SIGTERM'],
    [
      'an old signal that changed nothing',
      ended({ exitCode: 0 }, asked({ by: 'signal', signal: 1, at: FINISHED - 60_000 })),
      'finished by itself',
    ],
  ])('tells %s', (_, state, words) => expect(sentence(state)).toContain(words));

  it('puts memory first, with its limit', () => {
    const state = ended({ exitCode: 137, oomKilled: true, signal: 9 });
    expect(sentence(state, { Memory: 64 * 1024 * 1024 })).toContain('ran out of memory (limit 64 MiB) and the kernel killed it');
  });

  it('adds bad health, and what the restart policy does', () => {
    const state = ended({ exitCode: 1 }, { restartCount: 3, health: { Status: 'unhealthy', FailingStreak: 4, Log: [] } });
    const policy = { RestartPolicy: { Name: 'on-failure' as const, MaximumRetryCount: 3 } };
    expect(sentence(state, policy)).toMatch(/, and had been unhealthy for 4 checks. Its restart policy has given up after 3 restarts.$/);
    expect(sentence({ ...state, running: true, restarting: true })).toMatch(/Its restart policy starts it again.$/);
  });
});
