import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Health } from '../api/generated/types.gen.js';
import { HealthMonitor, probeCommand } from './health.js';

const MILLISECOND = 1e6;

describe('HealthMonitor', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watch(config: object, exits: number[]) {
    const changes: Health['Status'][] = [];
    const monitor = new HealthMonitor(
      ['check'],
      { Interval: 1000 * MILLISECOND, Retries: 2, ...config },
      async () => ({ exitCode: exits.shift() ?? 0, output: 'x'.repeat(5000) }),
      ({ Status }, changed) => void (changed && changes.push(Status)),
    );
    return { monitor, changes };
  }

  it('is healthy after the first success and unhealthy after as many failures as allowed', async () => {
    const { monitor, changes } = watch({}, [0, 1, 1, 1, 0]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(monitor.health.FailingStreak).toBe(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(changes).toEqual(['healthy', 'unhealthy', 'healthy']);
    expect(monitor.health.Log).toHaveLength(5);
    expect(monitor.health.Log?.[0]?.Output).toHaveLength(4099);
    monitor.stop();
  });

  it('holds no failure against a container that comes up', async () => {
    const { monitor, changes } = watch({ StartPeriod: 10_000 * MILLISECOND, StartInterval: 500 * MILLISECOND }, [1, 1, 1, 1, 0]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(monitor.health).toMatchObject({ Status: 'starting', FailingStreak: 0 });
    await vi.advanceTimersByTimeAsync(500);
    expect(changes).toEqual(['healthy']);
    monitor.stop();
  });

  it('probes no more once stopped', async () => {
    const { monitor } = watch({}, [1, 1]);
    monitor.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(monitor.health.Log).toEqual([]);
  });
});

it('reads the probe’s command', () => {
  expect(probeCommand({ Test: ['CMD', 'a', 'b'] }, null)).toEqual(['a', 'b']);
  expect(probeCommand({ Test: ['CMD-SHELL', 'a | b'] }, null)).toEqual(['/bin/sh', '-c', 'a | b']);
  expect(probeCommand({ Test: ['CMD-SHELL', 'x'] }, ['/bin/bash', '-c'])).toEqual(['/bin/bash', '-c', 'x']);
  expect(probeCommand({ Test: ['NONE'] }, null)).toBeUndefined();
});
