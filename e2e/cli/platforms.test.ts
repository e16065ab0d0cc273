import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { busybox } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { architecture, sha256 } from '../fixtures/image.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const other = architecture === 'arm64' ? 'amd64' : 'arm64';
const ID = ['inspect', '-f', '{{.Id}}'];
let registry: Registry;
let name: string;
let ids: Record<'native' | 'foreign', string>;
let index: string;
let count = 0;

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry?.stop());

/** Both are busybox of this machine: what an image says it is for is what counts. */
beforeEach(async () => {
  const native = await busybox({ config: { Cmd: ['echo', 'native'] } });
  const foreign = await busybox({ architecture: other, config: { Cmd: ['echo', 'foreign'] } });
  ids = { native: `sha256:${sha256(native.config)}`, foreign: `sha256:${sha256(foreign.config)}` };
  const repository = `several${count++}`;
  index = (await registry.publishList(repository, '1', { [other]: foreign, [architecture]: native })).digest;
  name = `${registry.address}/${repository}:1`;
  await suite.docker.ok('pull', '--platform', `linux/${other}`, name);
  await suite.docker.ok('pull', name);
});

describe('an image of several platforms', () => {
  test('stands under one name: run, inspect, list, tag and rm choose by platform', async () => {
    const { docker } = suite;
    expect(await docker.ok('run', '--rm', name)).toBe('native');
    expect(await docker.ok('run', '--rm', '--platform', `linux/${other}`, name)).toBe('foreign');
    expect(await docker.ok(...ID, name)).toBe(ids.native);
    expect(await docker.ok('image', ...ID, '--platform', `linux/${other}`, name)).toBe(ids.foreign);
    const copy = `copy:${count}`;
    await docker.ok('tag', name, copy);
    expect(await docker.ok('images', '-q', '--no-trunc', copy)).toBe(ids.native);
    expect(await docker.ok('images', '--tree', copy)).toMatch(new RegExp(`linux/${other}[\\s\\S]*linux/${architecture}`));
    await docker.ok('rmi', name);
    await docker.ok('image', 'rm', '--platform', `linux/${architecture}`, copy);
    expect(await docker.ok('run', '--rm', copy)).toBe('foreign');
    await docker.ok('rmi', copy);
    expect(await docker.ok('images', '-qa', '--no-trunc')).not.toContain(ids.foreign);
  });

  test('is used by the containers of each platform, and of what was made of it', async () => {
    const { docker } = suite;
    const container = await docker.ok('create', '--platform', `linux/${other}`, name);
    const made = await docker.ok('commit', container, `made:${count}`);
    const descendant = await docker.ok('create', made);
    const ancestors = (of: string) => docker.ok('ps', '-aq', '--no-trunc', '--filter', `ancestor=${of}`);
    expect(await ancestors(name)).toBe(`${descendant}\n${container}`);
    expect(await ancestors(ids.native)).toBe('');
    expect((await docker.run(['rmi', name])).stderr).toContain(`container ${container.slice(0, 12)} is using`);
    expect((await docker.run(['image', 'rm', '--platform', `linux/${other}`, name])).stderr).toContain('cannot be forced');
    expect(await docker.ok('images', '-q', '--no-trunc', name)).toBe(ids.native);
    await docker.ok('rm', descendant, container);
    await docker.ok('rmi', `made:${count}`, name);
  });

  test('is saved, loaded and pushed with all its platforms, or with one', { timeout: 120_000 }, async () => {
    const { docker } = suite;
    const archive = join(suite.daemon.root, `several${count}.tar`);
    await docker.ok('save', '-o', archive, name);
    const copy = name.replace(/:1$/, '-copy:1');
    await docker.ok('tag', name, copy);
    expect(await docker.ok('push', copy)).toContain(`1: digest: ${index}`);
    await docker.ok('rmi', name, copy);
    const there = await startDaemon();
    try {
      expect(await there.docker.ok('load', '-i', archive)).toBe(`Loaded image: ${name}`);
      expect(await there.docker.ok(...ID, name)).toBe(ids.native);
      expect(await there.docker.ok('image', ...ID, '--platform', `linux/${other}`, name)).toBe(ids.foreign);
      await there.docker.ok('rmi', name);
      await there.docker.ok('load', '--platform', `linux/${other}`, '-i', archive);
      expect(await there.docker.ok(...ID, name)).toBe(ids.foreign);
      const { code, stderr } = await there.docker.run(['load', '--platform', 'linux/s390x', '-i', archive]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('no image for platform linux/s390x')]);
      await there.docker.ok('pull', copy);
      await there.docker.ok('pull', '--platform', `linux/${other}`, copy);
      const part = name.replace(/:1$/, '-part:1');
      await there.docker.ok('tag', copy, part);
      await there.docker.ok('push', '--platform', `linux/${other}`, part);
      await there.docker.ok('rmi', part);
      await there.docker.ok('pull', '--platform', `linux/${other}`, part);
      expect(await there.docker.ok(...ID, part)).toBe(ids.foreign);
    } finally {
      await there.remove();
    }
  });
});
