import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { type Entry, file, folder, hardlink, symlink, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
/** What no copy may read or change; containers have nothing mounted from there. */
const outside = mkdtempSync(join(tmpdir(), 'slipway-e2e-canary-'));
const canary = join(outside, 'canary');
const SECRET = 'the secret of the host';
writeFileSync(canary, SECRET, { mode: 0o600 });
const up = '../'.repeat(20);

const archive = (box: string, path: string) => `/containers/${box}/archive?path=${encodeURIComponent(path)}`;
const put = async (box: string, path: string, body: Buffer) =>
  suite.http.ask('PUT', archive(box, path), { body, headers: { 'content-type': 'application/x-tar' } });

beforeAll(async () => {
  const links = `ln -s ${outside} /exit; ln -s ${up}${outside.slice(1)} /climb; ln -s ${canary} /file; ln -s /proc/1/root/../../.. /magic`;
  await suite.docker.ok('run', '-d', '--name', 'going', BUSYBOX, 'sh', '-c', `${links}; exec sleep 3600`);
  await suite.docker.ok('run', '--name', 'ended', BUSYBOX, 'sh', '-c', links);
});

afterEach(() => {
  expect(readdirSync(outside)).toEqual(['canary']);
  expect(readFileSync(canary, 'utf8')).toBe(SECRET);
  expect(statSync(canary).mode & 0o7777).toBe(0o600);
});

afterAll(() => rmSync(outside, { recursive: true }));

describe.each(['going', 'ended'])("links to the host's files in a container that is %s", (box) => {
  test.each([
    '/exit/canary',
    '/climb/canary',
    '/exit/.',
    '/climb/',
    `/${up}${canary.slice(1)}`,
    '/file/.',
    `/magic${canary}`,
    `/proc/self/root${canary}`,
  ])('reading %s stays inside', async (path) => {
    const { status, body } = await suite.http.get(archive(box, path));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.toString()).not.toContain(SECRET);
  });

  test.each(['/exit', '/climb', `/${up}${outside.slice(1)}`])('writing to %s stays inside', async (path) => {
    const { status } = await put(box, path, await tar([file('canary', 'overwritten'), file('new', 'new')]));
    expect(status).toBe(404);
  });

  const climbing: [string, Entry[]][] = [
    ['a name with ../', [file(`${up}${canary.slice(1)}`, 'overwritten')]],
    ['a file below a link of the container', [file('exit/canary', 'overwritten')]],
    ['a file below a link of the archive', [symlink('way', outside), file('way/canary', 'overwritten')]],
    ['a hard link to the host', [hardlink('loot', canary), file('loot', 'overwritten')]],
    ['a hard link below a link', [symlink('way', outside), hardlink('loot', 'way/canary'), file('loot', 'overwritten')]],
    ['a folder over a link', [{ ...folder('exit'), mode: 0o777, uid: 7 }, file('exit/new', 'new')]],
    ['a file over a link', [file('file', 'overwritten')]],
  ];
  test.each(climbing)('unpacking %s stays inside', async (_, entries) => {
    await put(box, '/', await tar(entries));
    const { body } = await suite.http.get(archive(box, '/loot'));
    expect(body.toString()).not.toContain(SECRET);
  });
});

test("a program that swaps folders for links while files are copied gets at nothing of the host's", async () => {
  const swap = `mkdir /w; while :; do mkdir -p /w/d${outside}; echo own > /w/d/canary; rm -rf /w/d; ln -s ${outside} /w/d; rm /w/d; ln -s ${up}${outside.slice(1)} /w/d; rm /w/d; done`;
  await suite.docker.ok('run', '-d', '--name', 'swapper', BUSYBOX, 'sh', '-c', swap);
  const body = await tar([file('canary', 'overwritten'), folder('more'), file('more/new', 'new')]);
  const statuses = new Set<number>();
  for (let round = 0; round < 150; round++) {
    const [read, below, written] = await Promise.all([
      suite.http.get(archive('swapper', '/w/d/canary')).catch(() => undefined),
      suite.http.get(archive('swapper', '/w/')).catch(() => undefined),
      put('swapper', '/w/d', body),
    ]);
    for (const answer of [read, below]) expect(answer?.body.toString() ?? '').not.toContain(SECRET);
    statuses.add(written.status);
  }
  // The folder was there at some times and not at others: the race was run.
  expect(statuses).toContain(404);
  expect(statuses.size).toBeGreaterThan(1);
  await suite.docker.ok('rm', '-f', 'swapper');
});

test('programs of the container that unpack archives are not run', async () => {
  const trap = '#!/bin/sh\ntouch /sprung\n';
  const traps = ['gzip', 'gunzip', 'unpigz', 'pigz', 'zstd', 'unzstd', 'xz', 'unxz', 'tar'].map((name) => file(`bin/${name}`, trap, 0o755));
  await suite.docker.ok('run', '-d', '--name', 'trapped', BUSYBOX, 'sleep', '3600');
  expect((await put('trapped', '/', await tar(traps))).status).toBe(200);
  expect((await put('trapped', '/tmp', gzipSync(await tar([file('gz', 'gz')])))).status).toBe(200);
  expect((await put('trapped', '/tmp', Buffer.from('fd377a585a000004e6d6b446', 'hex'))).status).toBe(400);
  expect(await suite.docker.ok('exec', 'trapped', 'sh', '-c', 'cat /tmp/gz; test -e /sprung || echo " quiet"')).toBe('gz quiet');
});
