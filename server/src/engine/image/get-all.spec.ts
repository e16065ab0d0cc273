import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { dockerArchive, testImage } from '../../graph/testing/images.js';
import { testStore } from '../../graph/testing/store.js';
import { ImageGetAll } from './get-all.js';
import { ImageLoad } from './load.js';
import { testContext } from './testing/pull.js';

function daemon() {
  const store = testStore();
  const { images, layers, references, events } = store;
  const load = (archive: Buffer) =>
    new ImageLoad(images, layers, references, events).run(
      {
        archive: (async function* () {
          yield archive;
        })(),
        progress: () => undefined,
      },
      testContext(),
    );
  const save = async (...names: string[]) => buffer(await new ImageGetAll(images, layers, references, events).run({ names }));
  return { ...store, load, save };
}

describe('ImageGetAll', () => {
  it('writes what ImageLoad reads, byte for byte', async () => {
    const { load, save, layers } = daemon();
    const image = await testImage([{ a: 'a' }, { b: 'b' }, { a: 'a' }], { Env: ['A=b'] });
    await load(await dockerArchive(image, ['thing:v1', 'thing:v2', 'other:latest']));
    const archive = await save('thing', image.id.slice(7, 19));
    const other = daemon();
    await other.load(archive);
    expect(other.images.list()).toMatchObject([{ id: image.id, repoTags: ['thing:v1', 'thing:v2'] }]);
    const top = other.images.byId(image.id).topLayer as string;
    expect(await buffer(await other.layers.tar(top))).toEqual(await buffer(await layers.tar(top)));
    expect(await other.save('thing')).toEqual(archive);
  });

  it('saves several images with their shared layers once', async () => {
    const { load, save } = daemon();
    const big = 'x'.repeat(100_000);
    await load(await dockerArchive(await testImage([{ big }, { b: 'b' }]), ['one:1']));
    await load(await dockerArchive(await testImage([{ big }, { c: 'c' }]), ['two:2']));
    const archive = await save('one:1', 'two:2');
    expect(archive.length).toBeLessThan(150_000);
    const other = daemon();
    await other.load(archive);
    expect(
      other.images
        .list()
        .flatMap(({ repoTags }) => repoTags)
        .sort(),
    ).toEqual(['one:1', 'two:2']);
  });

  it('knows what it has not', async () => {
    const { save } = daemon();
    await expect(save('nothing')).rejects.toThrow('No such image: nothing');
    await expect(save()).rejects.toThrow('parameter names is missing');
  });
});
