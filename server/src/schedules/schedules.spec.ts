import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../state/database.js';
import type { Backup } from './actions/backup.js';
import type { Prune } from './actions/prune.js';
import type { Restart } from './actions/restart.js';
import type { UpdateCheck } from './actions/update-check.js';
import { ScheduleClock } from './clock.js';
import type { ScheduleRequest } from './schedule.js';
import { nextRun, Schedules } from './schedules.js';

const request: ScheduleRequest = {
  name: 'Nightly',
  enabled: true,
  cron: '30 3 * * *',
  timeZone: 'Europe/Berlin',
  action: 'restart',
  scope: 'container',
  target: 'web',
  prune: [],
  keep: 0,
};

let database: Database;
let schedules: Schedules;
beforeEach(() => {
  database = new Database(':memory:');
  schedules = new Schedules(database);
});
afterEach(() => {
  vi.useRealTimers();
  database.close();
});

describe('a schedule', () => {
  it('is due by the clock of its time zone, also when that is put forward', () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 10, 12) });
    expect(nextRun(request)?.toISOString()).toBe('2026-01-11T02:30:00.000Z');
    vi.setSystemTime(Date.UTC(2026, 6, 10, 12));
    expect(nextRun(request)?.toISOString()).toBe('2026-07-11T01:30:00.000Z');
  });

  it('takes older names of time zones', () => {
    expect(schedules.add({ ...request, timeZone: 'Asia/Calcutta' }).timeZone).toBe('Asia/Calcutta');
  });

  it.each([
    [{ cron: '99 * * * *' }, 'is no time to run at'],
    [{ cron: '0 0 30 2 *' }, 'is no time to run at'],
    [{ timeZone: 'Mars/Olympus' }, 'is no time zone'],
    [{ name: '' }, 'needs a name'],
    [{ target: '' }, 'name the container'],
    [{ action: 'prune' as const }, 'taken away'],
    [{ action: 'backup' as const }, 'at least one'],
  ])('%j is refused', (wrong, message) => {
    expect(() => schedules.add({ ...request, ...wrong })).toThrow(message);
  });
});

describe('the clock', () => {
  function clock(run: () => Promise<string>) {
    const action = { run: vi.fn<() => Promise<string>>(run) };
    const none = undefined as never;
    const it = new ScheduleClock(schedules, action as unknown as Restart, none as Prune, none as Backup, none as UpdateCheck);
    it.begin();
    return { it, action };
  }

  it('runs what is due and keeps what came of it', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 10, 2, 29, 50), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { it: running, action } = clock(async () => 'restarted web');
    const { id } = schedules.add(request);
    schedules.add({ ...request, name: 'Off', enabled: false });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(action.run).toHaveBeenCalledTimes(1);
    expect(schedules.runs(id)).toMatchObject([{ result: 'restarted web', error: '' }]);
    schedules.replace(id, { ...request, enabled: false });
    await vi.advanceTimersByTimeAsync(48 * 3600_000);
    expect(action.run).toHaveBeenCalledTimes(1);
    running.onApplicationShutdown();
  });

  it('runs one at once when asked, not twice at a time, and tells what failed', async () => {
    let fail: (error: Error) => void = () => undefined;
    const { it: running } = clock(() => new Promise((_, reject) => (fail = reject)));
    const { id } = schedules.add({ ...request, enabled: false });
    running.runNow(id);
    expect(() => running.runNow(id)).toThrow('is being run already');
    expect(schedules.runs(id)).toMatchObject([{ error: '' }]);
    expect(schedules.runs(id)[0]?.ended).toBeUndefined();
    fail(new Error('No such container: web'));
    await expect.poll(() => schedules.runs(id)[0]?.error).toBe('No such container: web');
    expect(() => running.runNow('none')).toThrow('No such schedule');
    running.onApplicationShutdown();
  });

  it('says of what was under way that the daemon ended', () => {
    const { id } = schedules.add(request);
    schedules.beginRun(id);
    expect(new Schedules(database).runs(id)).toMatchObject([{ error: 'the daemon ended meanwhile' }]);
  });
});
