import { afterEach, beforeEach, expect, test } from 'vitest';
import { Container, type ContainerRecord } from '../../container/container.js';
import { CREATED, started } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import type { ContainerProcess } from '../../drivers/execdriver/driver.js';
import type { ContainersUsage, RunningContainer, Usage } from '../../engine/container/usage.js';
import { Database } from '../../state/database.js';
import { StatsChannel } from './channels/stats.js';
import type { StatsSample } from './protocol.js';
import { StatsSampler } from './stats-sampler.js';
import { openChannel, type OpenedChannel } from './testing/page.js';

const MIB = 1024 * 1024;
let containers: Containers;
let channel: StatsChannel;
let opened: OpenedChannel<StatsSample[]>[];
/** What a look at a container finds, by its ID. */
let looks: Map<string, () => Usage>;

const usage = { read: async (all: RunningContainer[]) => all.map(({ id }) => looks.get(id)!()) } as unknown as ContainersUsage;

beforeEach(() => {
  containers = new Containers(new Database(':memory:'));
  channel = new StatsChannel(containers, new StatsSampler(containers, usage));
  looks = new Map();
  opened = [];
});
afterEach(() => opened.forEach(({ channel: each }) => each.close()));

/** A container that is this very process, with counters that grow at every look. */
function run(name: string): { looks: number; id: string; end: () => void } {
  const id = name.repeat(64).slice(0, 64);
  const container = new Container({ id, name, config: {}, hostConfig: {} } as unknown as ContainerRecord, started(CREATED, process.pid));
  containers.reserve(name, id);
  containers.insert(container);
  const control = { looks: 0, id, end: () => (container.process = undefined) };
  looks.set(id, () => {
    control.looks += 1;
    const blockRead = control.looks * MIB;
    const counters = { cpu: control.looks * 1e6, received: 0, sent: 0, blockRead, blockWritten: 0 };
    return { ...counters, memory: 6 * MIB, memoryLimit: 64 * MIB, pids: 3 };
  });
  container.process = { id, pid: process.pid } as unknown as ContainerProcess;
  return control;
}

function watch(ids?: string[]): OpenedChannel<StatsSample[]> {
  const page = openChannel(channel, { ids });
  opened.push(page);
  return page;
}

test('gives the first figures within half a second, as docker stats counts', async () => {
  const { id } = run('a');
  const start = performance.now();
  const page = watch();
  await page.until(({ length }) => length === 1);
  expect(performance.now() - start).toBeLessThan(500);
  const [sample] = page.received[0] ?? [];
  expect(sample).toMatchObject({ id, memory: 6 * MIB, memoryLimit: 64 * MIB, pids: 3, blockWrite: 0 });
  expect(sample?.cpu).toBeGreaterThan(0);
  expect(sample?.cpu).toBeLessThan(100);
  expect(sample?.blockRead).toBeGreaterThan(MIB);
});

test('looks once a second however many watch, and not at all when nobody does', async () => {
  const a = run('a');
  const pages = [watch(), watch([a.id]), watch(['a'])];
  await Promise.all(pages.map((page) => page.until(({ length }) => length === 2)));
  expect(a.looks).toBe(3);
  for (const { channel: each } of pages) each.close();
  await Promise.all(pages.map(({ ended }) => ended));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(a.looks).toBe(3);
});

test('looks only at what is watched', async () => {
  const [a, b] = [run('a'), run('b')];
  const page = watch(['b']);
  await page.until(({ length }) => length === 1);
  expect(a.looks).toBe(0);
  expect(page.received.flat().map(({ id }) => id)).toEqual([b.id]);
});

test('goes on with the others when one has ended, and takes up what starts', async () => {
  const a = run('a');
  const page = watch();
  await page.until(({ length }) => length === 1);
  a.end();
  const b = run('b');
  await page.until((received) => received.flat().some(({ id }) => id === b.id));
  expect(page.received.flat().filter(({ id }) => id === a.id)).toHaveLength(1);
});

test('a page that comes later gets the newest figures at once', async () => {
  run('a');
  await watch().until(({ length }) => length === 1);
  const page = watch();
  await page.until(({ length }) => length === 1);
  expect(page.received[0]).toEqual(opened[0]?.received.at(-1));
});

test('names that are none', async () => {
  await expect(watch(['nobody']).ended).rejects.toThrow('No such container: nobody');
  await expect(watch('a' as never).ended).rejects.toThrow('ids must be a list of strings');
});
