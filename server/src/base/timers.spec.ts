import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { timerMs } from './timers.js';

it('lets a timer of years wait', async () => {
  let rung = false;
  const timer = setTimeout(() => (rung = true), timerMs(6_291_456_000));
  const soon = new Promise((resolve) => setTimeout(resolve, 20));
  await soon;
  await setImmediate();
  clearTimeout(timer);
  expect(rung).toBe(false);
  expect(timerMs(10)).toBe(10);
});
