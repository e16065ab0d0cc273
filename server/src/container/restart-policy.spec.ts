import { describe, expect, it } from 'vitest';
import { nextRestart, startsWithDaemon, validateRestartPolicy } from './restart-policy.js';

const exit = { exitCode: 1, manuallyStopped: false, restartCount: 0, duration: 50, lastDelay: 0 };

describe('nextRestart', () => {
  it('waits 100 ms, then twice as long each time, a minute at most', () => {
    const delays = [0, 100, 200, 40_000, 60_000].map((lastDelay) => nextRestart({ Name: 'always' }, { ...exit, lastDelay }));
    expect(delays).toEqual([100, 200, 400, 60_000, 60_000]);
  });

  it('begins again after a run of ten seconds', () => {
    expect(nextRestart({ Name: 'always' }, { ...exit, lastDelay: 6400, duration: 10_000 })).toBe(100);
  });

  it('leaves alone what a person stopped or what has no policy', () => {
    expect(nextRestart({ Name: 'always' }, { ...exit, manuallyStopped: true })).toBeUndefined();
    expect(nextRestart({ Name: 'no' }, exit)).toBeUndefined();
    expect(nextRestart(undefined, exit)).toBeUndefined();
  });

  it('restarts on failure only, as often as allowed', () => {
    const policy = { Name: 'on-failure', MaximumRetryCount: 2 } as const;
    expect(nextRestart(policy, exit)).toBe(100);
    expect(nextRestart(policy, { ...exit, exitCode: 0 })).toBeUndefined();
    expect(nextRestart(policy, { ...exit, restartCount: 2 })).toBeUndefined();
    expect(nextRestart({ Name: 'on-failure' }, { ...exit, restartCount: 99 })).toBe(100);
  });
});

it('starts with the daemon what is always to run, and what was not stopped', () => {
  expect(startsWithDaemon({ Name: 'always' }, true)).toBe(true);
  expect(startsWithDaemon({ Name: 'unless-stopped' }, true)).toBe(false);
  expect(startsWithDaemon({ Name: 'unless-stopped' }, false)).toBe(true);
  expect(startsWithDaemon({ Name: 'on-failure' }, false)).toBe(false);
});

it('refuses policies that contradict themselves', () => {
  expect(() => validateRestartPolicy({ Name: 'always', MaximumRetryCount: 1 }, false)).toThrow('maximum retry count');
  expect(() => validateRestartPolicy({ Name: 'always' }, true)).toThrow("can't create 'AutoRemove' container with restart policy");
});
