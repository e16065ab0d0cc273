import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MetricsHistory } from './history.js';
import type { Point } from './point.js';

const START = 1_800_000_000 - (1_800_000_000 % 900);
const HOUR = 3600;
let root: string;
let history: MetricsHistory;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-metrics-'));
  history = new MetricsHistory(root);
});
afterEach(() => {
  history.close();
  rmSync(root, { recursive: true });
});

const point = (cpu: number): Point => ({ cpu, memory: 100, networkReceive: 1, networkTransmit: 2, blockRead: 3, blockWrite: 4, pids: 5 });
function run(from: number, to: number, every: number, cpu: (second: number) => number): void {
  for (let second = from; second < to; second += every) history.add(START + second, new Map([['container:web', point(cpu(second))]]));
}
const read = (from: number, to: number, now = to) => history.read('container:web', START + from, START + to, START + now);

test('the last quarter of an hour by the second', () => {
  run(0, 1000, 1, (second) => second);
  const { step, points } = read(200, 1000);
  expect(step).toBe(1);
  expect(points.cpu).toHaveLength(800);
  expect(points.cpu[0]).toBe(200);
  expect(points.pids.every((count) => count === 5)).toBe(true);
});

test('longer spans as averages, no more than a screen shows', () => {
  run(0, 6 * HOUR, 5, (second) => (second % 10 === 0 ? 10 : 20));
  const { step, points } = read(0, 6 * HOUR);
  expect(step).toBe(30);
  expect(points.time.length).toBeLessThanOrEqual(900);
  expect(points.cpu.every((cpu) => cpu === 15)).toBe(true);
  expect(read(0, 6 * HOUR, 48 * HOUR).step).toBe(60);
});

test('what is measured seldom is told as it is kept', () => {
  run(0, 1200, 10, () => 7);
  const { points } = read(600, 1190);
  expect(points.cpu.length).toBeGreaterThan(30);
  expect(points.cpu[0]).toBe(7);
});

test('survives the daemon, and its file is nobody else’s', () => {
  run(0, 1800, 10, () => 7);
  history.close();
  expect(statSync(join(root, 'metrics.db')).mode & 0o077).toBe(0);
  history = new MetricsHistory(root);
  expect(history.names()).toEqual(['container:web']);
  const { points } = read(0, 1800);
  expect(points.time.length).toBe(180);
  expect(points.cpu.every((cpu) => cpu === 7)).toBe(true);
});

test('forgets what is older than it is kept', () => {
  run(0, 100, 10, () => 7);
  run(91 * 24 * HOUR, 91 * 24 * HOUR + 8000, 10, () => 7);
  expect(read(0, 200, 91 * 24 * HOUR).points.time).toEqual([]);
});
