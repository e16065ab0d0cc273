import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
import { LogSources } from '../logs/source.js';
import type { ChannelParams, LogHits } from '../protocol.js';
import { openChannel } from '../testing/page.js';
import { LogSearchChannel } from './log-search.js';
import { LogsChannel } from './logs.js';

let root: string;
let config: DaemonConfig;
let containers: Containers;
let kept: KeptLogs;
let sources: LogSources;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-search-'));
  config = { dataRoot: root } as DaemonConfig;
  const database = new Database(':memory:');
  containers = new Containers(database);
  kept = new KeptLogs(config, database);
  sources = new LogSources(containers, new Logs(config, [new JsonFileDriver()], kept), kept);
});
afterEach(() => rmSync(root, { recursive: true }));

function make(name: string, letter: string, labels: Record<string, string> = {}): Container {
  const hostConfig = { LogConfig: { Type: 'json-file', Config: {} } };
  const record = { id: letter.repeat(64), name, hostConfig, created: '2026-01-01T00:00:00Z', config: { Image: 'busybox', Labels: labels } };
  const container = new Container(record as unknown as ContainerRecord, CREATED);
  containers.reserve(name, container.id);
  containers.insert(container);
  mkdirSync(dirname(logPath(config, container.id)), { recursive: true });
  return container;
}
const timeOf = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().replace('.000Z', '.000000001Z');
function write({ id }: Container, from: number, to: number, text: (second: number) => string): void {
  const records = [];
  for (let second = from; second < to; second++)
    records.push(`${JSON.stringify({ log: `${text(second)}\n`, stream: 'stdout', time: timeOf(second) })}\n`);
  appendFileSync(logPath(config, id), records.join(''));
}

async function search(params: ChannelParams['logSearch']): Promise<{ hits: string[]; last: LogHits | undefined }> {
  const page = openChannel(new LogSearchChannel(sources), params);
  await page.ended;
  const hits = page.received.flatMap(({ source, lines }) => lines.map(({ text }) => `${source.service} ${text}`));
  return { hits, last: page.received.at(-1) };
}

test('finds in all logs, each hit once, the young before the old', async () => {
  const web = make('web', 'a');
  write(web, 0, 53_000, (second) => (second % 10_000 === 7 ? `oops ${second}` : `fine ${second}`));
  write(make('db', 'b'), 0, 10, (second) => `Oops of the database ${second}`);
  const { hits, last } = await search({ text: 'oops', regex: false });
  expect(hits.filter((hit) => hit.startsWith('web'))).toHaveLength(6);
  expect(new Set(hits).size).toBe(16);
  expect(hits[0]).toBe('web oops 10007');
  expect(hits.indexOf('web oops 7')).toBe(5);
  expect(last).toMatchObject({ searched: 2, total: 2 });
  expect((await search({ text: '^oops \\d7$', regex: true, logs: ['web'] })).hits).toEqual([]);
  expect((await search({ text: '^oops \\d$', regex: true, logs: ['web'] })).hits).toEqual(['web oops 7']);
});

test('keeps to the time that is asked for', async () => {
  write(make('web', 'a'), 0, 5000, (second) => `tick ${second}`);
  const { hits } = await search({ text: 'tick', regex: false, since: timeOf(10), until: timeOf(12) });
  expect(hits).toEqual(['web tick 10', 'web tick 11', 'web tick 12']);
  expect((await search({ text: 'tick', regex: false, since: timeOf(4999) })).hits).toEqual(['web tick 4999']);
});

test('says when there are more hits than it tells', async () => {
  write(make('web', 'a'), 0, 5000, () => 'tick');
  const { hits, last } = await search({ text: 'tick', regex: false });
  expect(hits).toHaveLength(2000);
  expect(last?.more).toBe(true);
});

test('finds in the log of a container that is gone, by the name of its service', async () => {
  const web = make('shop-web-1', 'a', { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' });
  write(web, 0, 3, (second) => `line ${second}`);
  await kept.keep(web);
  containers.remove(web, false);
  expect((await search({ text: 'line', regex: false })).hits).toEqual(['web line 0', 'web line 1', 'web line 2']);
  expect(sources.all()[0]?.summary).toMatchObject({ service: 'web', project: 'shop', name: 'shop-web-1', removed: expect.any(String) });
  const page = openChannel(new LogsChannel(containers, sources, new Events()), { container: web.id, tail: 2, follow: true });
  await page.ended;
  expect(page.received.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(['line 1', 'line 2']);
  const part = openChannel(new LogsChannel(containers, sources, new Events()), { container: web.id, tail: -1, follow: false, head: 1 });
  await part.ended;
  expect(part.received.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(['line 0']);
  await kept.remove(web.id);
  expect(existsSync(dirname(kept.path(web.id)))).toBe(false);
  expect(sources.all()).toEqual([]);
});

test('says what is wrong', async () => {
  await expect(search({ text: '(', regex: true })).rejects.toThrow('not a regular expression');
  await expect(search({ text: 'a', regex: false, logs: ['nobody'] })).rejects.toThrow('No such container');
});
