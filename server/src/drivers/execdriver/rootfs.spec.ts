import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProcessRootfs, viewRootfs } from './rootfs.js';

test('a process of another cgroup is not taken for the container, whatever its number', async () => {
  expect(await openProcessRootfs(process.pid, '/slipway-no-such-cgroup/0123')).toBeUndefined();
});

test('a process that has ended has no file system', async () => {
  expect(await openProcessRootfs(2 ** 22 + 1, '/')).toBeUndefined();
});

test('errors are told by kind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-rootfs-'));
  const rootfs = await viewRootfs({ rootfs: [{ type: 'bind', source: folder, options: ['rbind', 'ro'] }], binds: [], readOnly: true });
  await expect(rootfs.stat('/none')).rejects.toMatchObject({ kind: 'NotFound' });
  await expect(rootfs.stat('/../..')).resolves.toMatchObject({ name: '..', mode: expect.any(Number) });
  const keepKinds = false;
  const bytes = (hex: string) =>
    (async function* () {
      yield Buffer.from(hex.padEnd(2048, '0'), 'hex');
    })();
  await expect(rootfs.unpack('/', bytes('ff00ff'), { keepKinds })).rejects.toMatchObject({ kind: 'InvalidParameter' });
  await expect(rootfs.unpack('/none', bytes(''), { keepKinds })).rejects.toMatchObject({ kind: 'NotFound' });
  await rootfs.close();
  await rm(folder, { recursive: true });
});
