import { beforeEach, expect, test } from 'vitest';
import { notFound } from '../../../base/errors.js';
import type { Engine } from '../../../engine/engine.js';
import type { ImageCreateParams } from '../../../engine/image/create.js';
import { RegistryLogins } from '../../../registry/logins.js';
import { Database } from '../../../state/database.js';
import type { ListChange, PullProgress, Task } from '../protocol.js';
import { Pulls } from '../pulls.js';
import { Tasks } from '../tasks.js';
import { openChannel } from '../testing/page.js';
import { PullChannel } from './pull.js';
import { TasksChannel } from './tasks.js';

/** Stands for the engine: a pull goes on until the test ends it. */
class HeldEngine {
  readonly runs: { params: ImageCreateParams; end: (error?: unknown) => void }[] = [];

  run(_: unknown, params: ImageCreateParams): Promise<void> {
    return new Promise((resolve, reject) =>
      this.runs.push({ params, end: (error) => (error === undefined ? resolve() : reject(error as Error)) }),
    );
  }
}

let engine: HeldEngine;
let channel: PullChannel;
let tasks: Tasks;

beforeEach(() => {
  engine = new HeldEngine();
  tasks = new Tasks();
  channel = new PullChannel(new Pulls(engine as unknown as Engine, tasks, new RegistryLogins(new Database(':memory:'))));
});

const open = (reference: string, start = false) => openChannel(channel, { reference, start });
const tell = (message: PullProgress) => void engine.runs.at(-1)?.params.progress(message);
const downloading = (id: string, current: number): PullProgress => ({ id, status: 'Downloading', progressDetail: { current, total: 100 } });

test('a pull outlives the page that started it, and others join it under any spelling of the name', async () => {
  const first = open('busybox', true);
  tell({ status: 'Pulling from library/busybox', id: 'latest' });
  tell(downloading('aaaaaaaaaaaa', 10));
  await first.until(({ length }) => length > 0);
  first.channel.close();
  await first.ended;
  tell(downloading('aaaaaaaaaaaa', 50));
  const second = open('docker.io/library/busybox:latest');
  await second.until((received) => received.length > 0);
  expect(second.received[0]).toEqual([{ status: 'Pulling from library/busybox', id: 'latest' }, downloading('aaaaaaaaaaaa', 50)]);
  expect(open('busybox', true).channel.signal.aborted).toBe(false);
  expect(engine.runs).toHaveLength(1);
  expect(engine.runs[0]?.params.fromImage).toBe('busybox:latest');
  engine.runs[0]?.end();
  expect(await second.ended).toEqual({});
});

test('tells of each layer only the newest when there is much', async () => {
  const page = open('busybox', true);
  for (let current = 0; current <= 100; current++) for (const id of ['a', 'b']) tell(downloading(id.repeat(12), current));
  tell({ status: 'Digest: sha256:x' });
  tell({ status: 'Status: done' });
  engine.runs[0]?.end();
  await page.ended;
  expect(page.received.flat().slice(-4)).toEqual([
    downloading('a'.repeat(12), 100),
    downloading('b'.repeat(12), 100),
    { status: 'Digest: sha256:x' },
    { status: 'Status: done' },
  ]);
  expect(page.received.flat().length).toBeLessThan(10);
});

test('no more than about ten messages a second', async () => {
  const page = open('busybox', true);
  const times: number[] = [];
  tell(downloading('aaaaaaaaaaaa', 0));
  for (let count = 1; count <= 3; count++) {
    await page.until(({ length }) => length === count);
    times.push(performance.now());
    tell(downloading('aaaaaaaaaaaa', count));
  }
  expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(190);
  engine.runs[0]?.end();
  await page.ended;
});

test('says why it failed, also to those who come later, and starts anew when asked', async () => {
  const page = open('busybox', true);
  engine.runs[0]?.end(notFound('manifest unknown'));
  expect(await page.ended).toEqual({ error: 'manifest unknown' });
  expect(await open('busybox').ended).toEqual({ error: 'manifest unknown' });
  const again = open('busybox', true);
  expect(engine.runs).toHaveLength(2);
  engine.runs[1]?.end();
  expect(await again.ended).toEqual({});
});

test('joins nothing that is not there, and pulls no name that is none', async () => {
  await expect(open('busybox').ended).rejects.toThrow('no pull of busybox:latest is running');
  await expect(open('Bad Name', true).ended).rejects.toThrow('invalid reference format');
  expect(engine.runs).toHaveLength(0);
});

test('tasks show what runs and what ended lately, but not for ever', async () => {
  const list = openChannel(new TasksChannel(tasks), {});
  await list.until(({ length }) => length === 1);
  const pages = Array.from({ length: 22 }, (_, number) => open(`image${number}`, true));
  await list.until((received) => received.flatMap(({ upsert }) => upsert).length >= 22);
  engine.runs.forEach(({ end }) => end());
  await Promise.all(pages.map(({ ended }) => ended));
  const shown = new Map<string, Task>();
  const apply = ({ upsert, remove }: ListChange<Task>) => {
    for (const task of upsert) shown.set(task.id, task);
    for (const id of remove) shown.delete(id);
  };
  const finished = (received: ListChange<Task>[]) => {
    shown.clear();
    received.forEach(apply);
    return shown.size === 20 && [...shown.values()].every(({ finishedAt }) => finishedAt);
  };
  await list.until(finished);
  expect([...shown.values()].map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, number) => `image${number + 2}:latest`));
  list.channel.close();
});
