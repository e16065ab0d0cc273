import { expect, it } from 'vitest';
import { applyProgress, newPull, overallProgress } from './pull-progress';

const ONE = '0123456789ab';
const TWO = 'ba9876543210';

it('follows each layer and keeps the words apart', () => {
  const state = applyProgress(newPull(), [
    { id: 'latest', status: 'Pulling from library/busybox' },
    { id: ONE, status: 'Pulling fs layer' },
    { id: TWO, status: 'Already exists' },
    { id: ONE, status: 'Downloading', progressDetail: { current: 50, total: 100 } },
  ]);
  expect(state.message).toBe('latest: Pulling from library/busybox');
  expect(state.layers).toEqual([
    { id: ONE, status: 'Downloading', current: 50, total: 100, done: false },
    { id: TWO, status: 'Already exists', current: undefined, total: undefined, done: true },
  ]);
  expect(overallProgress(state)).toBe((0.25 + 1) / 2);
});

it('is complete when every layer is', () => {
  const state = applyProgress(newPull(), [
    { id: ONE, status: 'Extracting', progressDetail: { current: 100, total: 100 } },
    { id: ONE, status: 'Pull complete', progressDetail: {} },
    { status: 'Status: Downloaded newer image for busybox:latest' },
  ]);
  expect(overallProgress(state)).toBe(1);
  expect(state.message).toContain('Downloaded newer image');
});

it('keeps the error', () => {
  expect(applyProgress(newPull(), [{ error: 'manifest unknown' }]).error).toBe('manifest unknown');
});
