import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DaemonConfig } from '../../../base/config.js';
import { Container, type ContainerRecord } from '../../../container/container.js';
import { CREATED } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import { JsonFileDriver } from '../../../drivers/logdriver/json-file/driver.js';
import { KeptLogs } from '../../../engine/container/logs/kept-logs.js';
import { Logs } from '../../../engine/container/logs/logs.js';
import { logPath } from '../../../engine/container/rootfs/paths.js';
import { Events } from '../../../events/events.js';
import { Database } from '../../../state/database.js';
import type { ChannelParams, LogBatch } from '../protocol.js';
import { openChannel, type OpenedChannel } from '../testing/page.js';
import { LogSources } from '../logs/source.js';
import { LogsChannel } from './logs.js';

const ID = 'ab'.repeat(32);
let root: string;
let path: string;
let containers: Containers;
let container: Container;
let events: Events;
let logs: LogsChannel;
let opened: OpenedChannel<LogBatch>[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-logs-'));
  const config = { dataRoot: root } as DaemonConfig;
  path = logPath(config, ID);
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(':memory:');
  containers = new Containers(database);
  const record = { id: ID, name: 'web', hostConfig: { LogConfig: { Type: 'json-file', Config: {} } }, config: {} };
  container = new Container(record as unknown as ContainerRecord, CREATED);
  containers.reserve(container.name, ID);
  containers.insert(container);
  events = new Events();
  const kept = new KeptLogs(config, database);
  const sources = new LogSources(containers, new Logs(config, [new JsonFileDriver()], kept), kept);
  logs = new LogsChannel(containers, sources, events);
  opened = [];
});

afterEach(() => {
  for (const { channel } of opened) channel.close();
  rmSync(root, { recursive: true });
});

const timeOf = (second: number) =>
  `2026-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000001Z`;
const write = (second: number, log: string, stream = 'stdout') =>
  appendFileSync(path, `${JSON.stringify({ log, stream, time: timeOf(second) })}\n`);

function open(params: Partial<ChannelParams['logs']>): OpenedChannel<LogBatch> {
  const channel = openChannel(logs, { container: 'web', tail: -1, follow: false, ...params });
  opened.push(channel);
  return channel;
}
const lines = ({ received }: { received: LogBatch[] }) => received.flatMap((batch) => batch.lines);
const texts = (channel: { received: LogBatch[] }) => lines(channel).map(({ text }) => text);
const isCaughtUp = (received: LogBatch[]) => received.some(({ caughtUp }) => caughtUp);

describe('the past', () => {
  test('comes whole, with streams and times, and says when it is over', async () => {
    write(1, 'one\n');
    write(2, 'two\r\n', 'stderr');
    const log = open({});
    await log.ended;
    expect(lines(log)).toEqual([
      { time: timeOf(1), stream: 'stdout', text: 'one' },
      { time: timeOf(2), stream: 'stderr', text: 'two' },
    ]);
    expect(log.received.at(-1)).toEqual({ lines: [], caughtUp: true });
  });

  test('joins lines that were written in several records', async () => {
    write(1, 'a'.repeat(16384));
    write(1, 'err\n', 'stderr');
    write(2, 'b\n');
    write(3, 'no newline');
    const log = open({});
    await log.ended;
    expect(texts(log)).toEqual(['err', `${'a'.repeat(16384)}b`, 'no newline']);
    expect(lines(log)[1]?.time).toBe(timeOf(1));
  });

  test('begins at the tail or at a time', async () => {
    for (let second = 0; second < 10; second++) write(second, `${second}\n`);
    const tail = open({ tail: 2 });
    await tail.ended;
    expect(texts(tail)).toEqual(['8', '9']);
    const since = open({ since: timeOf(7) });
    await since.ended;
    expect(texts(since)).toEqual(['7', '8', '9']);
    const none = open({ tail: 0 });
    await none.ended;
    expect(texts(none)).toEqual([]);
  });

  test.each([1, 5, 40, 1000])('gives the last lines before a time, %i of 300', async (tail) => {
    for (let second = 0; second < 300; second++) write(second, `${second}\n`);
    const log = open({ tail, until: timeOf(100) });
    await log.ended;
    const from = Math.max(0, 101 - tail);
    expect(texts(log)).toEqual(Array.from({ length: 101 - from }, (_, at) => String(from + at)));
  });

  test('comes in batches a page can draw, each taken in before the next', async () => {
    for (let second = 0; second < 5000; second++) write(second % 60, `${second}\n`);
    const log = openChannel(logs, { container: ID, tail: -1, follow: false }, { take: false });
    opened.push(log as never);
    await log.until(({ length }) => length === 1);
    for (let taken = 1; !isCaughtUp(log.received); taken++) {
      expect(log.received).toHaveLength(taken);
      expect(log.received.at(-1)?.lines.length).toBeLessThanOrEqual(2000);
      log.channel.taken(1);
      await log.until(({ length }) => length === taken + 1);
    }
    expect(texts(log as never)).toHaveLength(5000);
  });
});

describe('following', () => {
  test('tells when the past is over, then gives what comes, through a rotation', async () => {
    write(1, 'one\n');
    const log = open({ follow: true });
    await log.until(isCaughtUp);
    expect(texts(log)).toEqual(['one']);
    write(2, 'two\n');
    await log.until(() => texts(log).length === 2);
    renameSync(path, `${path}.1`);
    write(3, 'three\n');
    await log.until(() => texts(log).length === 3);
    expect(log.received.filter(({ caughtUp }) => caughtUp)).toHaveLength(1);
  });

  test('waits for a container that has never run', async () => {
    const log = open({ follow: true });
    await log.until(isCaughtUp);
    write(1, 'first\n');
    events.publish('container', 'start', ID);
    await log.until(() => texts(log).length === 1);
    expect(texts(log)).toEqual(['first']);
  });

  test('ends when the container is removed', async () => {
    write(1, 'one\n');
    const log = open({ follow: true });
    await log.until(isCaughtUp);
    containers.remove(container, false);
    container.removal.tell({ exitCode: 0, error: '' });
    await log.ended;
    expect(texts(log)).toEqual(['one']);
  });

  test('ends for a removed container that has never run', async () => {
    const log = open({ follow: true });
    await log.until(isCaughtUp);
    containers.remove(container, false);
    events.publish('container', 'destroy', ID);
    await log.ended;
    expect(texts(log)).toEqual([]);
  });

  test('ends when the page closes it', async () => {
    write(1, 'one\n');
    const log = open({ follow: true });
    await log.until(isCaughtUp);
    log.channel.close();
    await log.ended;
    write(2, 'two\n');
    expect(texts(log)).toEqual(['one']);
  });
});

test('a container that does not exist, and parameters that are none', async () => {
  await expect(open({ container: 'nobody' }).ended).rejects.toThrow('No such container: nobody');
  await expect(open({ tail: 'all' as never }).ended).rejects.toThrow('tail must be a whole number');
  await expect(open({ since: 'yesterday' }).ended).rejects.toThrow('neither a time nor a duration');
});
