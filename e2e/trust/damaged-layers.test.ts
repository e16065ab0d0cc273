import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { image, sha256 } from '../fixtures/image.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
let registry: Registry;
let name: string;
let diffId: string;

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry?.stop());

beforeEach(async () => {
  const layer = await tar([file('cargo', 'sound and whole\n')]);
  diffId = `sha256:${sha256(layer)}`;
  await registry.publish('hold', '1', image([await busyboxLayer(), layer]));
  name = `${registry.address}/hold:1`;
  await suite.docker.ok('pull', name);
});

/** The folder of the layer on the disk. */
function layerFolder(): string {
  const root = join(suite.daemon.dataRoot, 'overlay2');
  const folder = readdirSync(root).find(
    (each) => readdirSync(join(root, each)).includes('diff') && readdirSync(join(root, each, 'diff')).includes('cargo'),
  );
  return join(root, folder!, 'diff');
}

const save = (...names: string[]) => suite.docker.run(['save', '-o', join(suite.daemon.root, 'saved.tar'), ...names]);

describe('a layer that somebody has damaged on the disk', () => {
  test.each([
    ['shortened', (path: string) => truncateSync(path, 3)],
    ['removed', (path: string) => rmSync(path)],
  ])('by a file that is %s is named by save and push, and made whole by a new pull', async (_, damage) => {
    damage(join(layerFolder(), 'cargo'));
    const told = new RegExp(`layer ${diffId} of image ${name} is damaged .*cargo.*: remove the image and pull or load it again`);
    for (const outcome of [await save(name), await suite.docker.run(['push', name])]) {
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(told);
    }
    expect((await save(BUSYBOX)).code).toBe(0);
    await suite.docker.ok('rmi', name);
    await suite.docker.ok('pull', name);
    expect((await save(name)).code).toBe(0);
    expect(await suite.docker.ok('run', '--rm', name, 'cat', '/cargo')).toBe('sound and whole');
    await suite.docker.ok('rmi', name);
  });

  test('by another content of the same length never becomes an archive', async () => {
    writeFileSync(join(layerFolder(), 'cargo'), 'rotten to core!\n');
    expect((await save(name)).code).toBe(1);
    await expect.poll(() => suite.daemon.output, { timeout: 20_000 }).toContain(`layer ${diffId} cannot be read`);
    await suite.docker.ok('rmi', name);
  });

  test('as a whole is named by run', async () => {
    rmSync(layerFolder(), { recursive: true });
    const { code, stderr } = await suite.docker.run(['run', '--rm', name, 'true']);
    expect([code, stderr]).toEqual([125, expect.stringContaining(`layer ${diffId} of image ${name} is damaged`)]);
    await suite.docker.ok('rmi', name);
    expect(await suite.docker.ok('run', '--rm', BUSYBOX, 'echo', 'unharmed')).toBe('unharmed');
  });
});
