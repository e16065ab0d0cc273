import { readdir } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { ArchiveStage, StagedArchive } from './driver.js';
import { type GraphDriverUnderTest, inLayer, layerTar, sha256 } from './test-layer.js';

async function write(stage: ArchiveStage, archive: Buffer, piece = 10_000): Promise<StagedArchive> {
  for (let at = 0; at < archive.length; at += piece) await stage.write(archive.subarray(at, at + piece));
  return stage.end();
}

/** What every GraphDriver does with archives of images (`docker save`, OCI layouts). */
export function archiveTests(driver: () => GraphDriverUnderTest, dataRoot: () => string): void {
  const layer = () =>
    layerTar([
      { name: 'etc/', type: 'directory' },
      { name: 'etc/issue', content: 'Slipway\n' },
    ]);
  const leftovers = async () => {
    await driver().settled();
    return (await readdir(dataRoot(), { recursive: true })).filter((name) => /diff/.test(name));
  };

  it('unpacks all layers of an archive as it comes', async () => {
    const tar = await layer();
    const empty = Buffer.alloc(1024);
    const archive = await layerTar([
      { name: 'blobs/', type: 'directory' },
      { name: './blobs/sha256/gz', content: gzipSync(tar) },
      { name: 'blobs/sha256/zst', content: zstdCompressSync(tar) },
      { name: 'old/layer.tar', content: tar },
      { name: 'old/json', content: '{"legacy":true}' },
      { name: 'old/VERSION', content: '1.0' },
      { name: 'empty/layer.tar', content: empty },
      { name: 'twin/layer.tar', type: 'symlink', linkname: '../old/layer.tar' },
      { name: 'hard/layer.tar', type: 'link', linkname: 'old/layer.tar' },
      { name: 'config.json', content: '{"os":"linux"}' },
      { name: 'manifest.json', content: '[]' },
      { name: 'huge.json', content: Buffer.alloc(5 * 1024 * 1024, '{') },
    ]);
    for (const blob of [archive, gzipSync(archive), zstdCompressSync(archive)]) {
      const staged = await write(await driver().stageArchive(), blob);
      expect(Object.fromEntries([...staged.files].map(([name, content]) => [name, content.toString()]))).toEqual({
        'config.json': '{"os":"linux"}',
        'manifest.json': '[]',
      });
      expect(Object.fromEntries(staged.links)).toEqual({ 'twin/layer.tar': '../old/layer.tar', 'hard/layer.tar': '../old/layer.tar' });
      expect(staged.layers.map(({ name, unpacked }) => [name, unpacked.digest, unpacked.diffId])).toEqual([
        ['blobs/sha256/gz', sha256(gzipSync(tar)), sha256(tar)],
        ['blobs/sha256/zst', sha256(zstdCompressSync(tar)), sha256(tar)],
        ['old/layer.tar', sha256(tar), sha256(tar)],
        ['empty/layer.tar', sha256(empty), sha256(empty)],
      ]);
      const [first, ...rest] = staged.layers;
      await driver().commit(first!.stage, 'base', undefined);
      expect(await inLayer(driver(), 'base', 'cat etc/issue')).toBe('Slipway\n');
      for (const each of rest) await driver().discard(each.stage);
      await driver().remove('base');
    }
  });

  it('leaves nothing of an archive that is cut short, lies or is given up', async () => {
    const archive = gzipSync(
      await layerTar([
        { name: 'a/layer.tar', content: await layer() },
        { name: 'b/layer.tar', content: await layer() },
      ]),
    );
    await expect(
      driver()
        .stageArchive()
        .then((stage) => write(stage, archive.subarray(0, archive.length - 9))),
    ).rejects.toThrow(/cut short/);
    const climbing = await layerTar([
      { name: 'a/layer.tar', content: await layer() },
      { name: 'b/layer.tar', content: await layerTar([{ name: '../x', content: '' }]) },
    ]);
    await expect(
      driver()
        .stageArchive()
        .then((stage) => write(stage, climbing)),
    ).rejects.toThrow(/climbs out of its root.*x/);
    const twice = await layerTar([
      { name: 'a/layer.tar', content: await layer() },
      { name: './a//layer.tar', content: await layer() },
    ]);
    await expect(
      driver()
        .stageArchive()
        .then((stage) => write(stage, twice)),
    ).rejects.toThrow(/layer twice/);
    const given = await driver().stageArchive();
    await given.write(archive.subarray(0, archive.length - 50));
    await given.abort();
    expect(await leftovers()).toEqual([]);
  });
}
