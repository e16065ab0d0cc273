import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../base/digest.js';
import { Undo } from '../../base/undo.js';
import { dockerArchive, ociLayout, tarOf, testImage } from '../../graph/testing/images.js';
import { testStore } from '../../graph/testing/store.js';
import { ImageLoad } from './load.js';

async function* chunksOf(content: Buffer) {
  for (let at = 0; at < content.length; at += 700) yield content.subarray(at, at + 700);
}

function loader() {
  const store = testStore();
  const messages: object[] = [];
  const job = new ImageLoad(store.images, store.layers, store.references, store.events);
  const context = { undo: new Undo(), signal: new AbortController().signal, version: '1.56' };
  const load = (archive: Buffer, platform?: string[]) =>
    job.run({ archive: chunksOf(archive), quiet: true, platform, progress: (message) => void messages.push(message) }, context);
  const expectNothing = () => {
    expect(store.images.list()).toEqual([]);
    expect([...store.driver.layers.keys()]).toEqual([]);
    expect(store.driver.open.size).toBe(0);
  };
  return { ...store, messages, load, expectNothing };
}

describe('ImageLoad of a docker archive', () => {
  it.each([
    ['plain', (tar: Buffer) => tar],
    ['gzip', (tar: Buffer) => gzipSync(tar)],
    ['zstd', (tar: Buffer) => zstdCompressSync(tar)],
  ])('takes in a %s one', async (_, pack) => {
    const { load, images, messages } = loader();
    const image = await testImage([{ 'bin/sh': 'shell' }, { 'etc/x': 'more' }], { Env: ['A=b'] });
    await load(pack(await dockerArchive(image, ['busybox:1.36'])));
    expect(images.get('busybox:1.36')).toMatchObject({ id: image.id, repoTags: ['busybox:1.36'], size: 9, config: { Env: ['A=b'] } });
    expect(images.get(image.id.slice(7, 20)).id).toBe(image.id);
    expect(messages).toEqual([{ stream: 'Loaded image: busybox:1.36\n' }]);
  });

  it('says the ID of an image without a name', async () => {
    const { load, messages } = loader();
    const image = await testImage([{ a: 'a' }]);
    await load(await dockerArchive(image, null));
    expect(messages).toEqual([{ stream: `Loaded image ID: ${image.id}\n` }]);
  });

  it('unpacks a layer that stands twice in the image', async () => {
    const { load, images, driver } = loader();
    const image = await testImage([{ a: 'a' }, { b: 'b' }, { a: 'a' }]);
    await load(await dockerArchive(image, ['twice:1']));
    expect(images.get('twice:1').diffIds[2]).toBe(images.get('twice:1').diffIds[0]);
    expect(driver.layers.size).toBe(3);
    expect(driver.open.size).toBe(0);
  });

  it('moves a name from the image that had it', async () => {
    const { load, images, messages } = loader();
    const [first, second] = [await testImage([{ a: '1' }]), await testImage([{ a: '2' }])];
    await load(await dockerArchive(first, ['x:y']));
    await load(await dockerArchive(second, ['x:y']));
    expect(images.get('x:y').id).toBe(second.id);
    expect(images.get(first.id).repoTags).toEqual([]);
    expect(messages[1]).toEqual({ stream: `The image x:y already exists, renaming the old one with ID ${first.id} to empty string\n` });
  });

  it.each<[string, (files: Record<string, string | Buffer>, hex: string) => void, string]>([
    ['a config of another digest', (files, hex) => (files[`blobs/sha256/${hex}`] = '{}'), 'has digest'],
    ['a climbing config', (files) => (files['manifest.json'] = '[{"Config":"../../x","Layers":[]}]'), 'leads out of it'],
    [
      'a climbing name',
      (files) => (files['manifest.json'] = String(files['manifest.json']).replace('x:y', '../x:y')),
      'invalid reference format',
    ],
    ['no manifest', (files) => delete files['manifest.json'], 'neither manifest.json nor index.json'],
    ['a manifest that is no JSON', (files) => (files['manifest.json'] = '['), 'not JSON'],
    ['an empty list', (files) => (files['manifest.json'] = '[]'), 'lists no image'],
    ['a missing config', (files, hex) => delete files[`blobs/sha256/${hex}`], 'is missing'],
  ])('refuses %s and keeps nothing', async (_, lie, message) => {
    const { load, expectNothing } = loader();
    const image = await testImage([{ a: 'a' }]);
    const name = (content: Buffer) => `blobs/sha256/${digestOf(content).slice(7)}`;
    const layer = image.layers[0] as Buffer;
    const entry = { Config: name(image.config), RepoTags: ['x:y'], Layers: [name(layer)] };
    const files = { [name(image.config)]: image.config, [name(layer)]: layer, 'manifest.json': JSON.stringify([entry]) };
    lie(files, image.id.slice(7));
    await expect(load(await tarOf(files))).rejects.toThrow(message);
    expectNothing();
  });

  it('refuses a layer that is not the one in the config and keeps nothing of the good ones', async () => {
    const { load, expectNothing } = loader();
    const good = await testImage([{ a: 'a' }, { b: 'b' }]);
    const evil = await tarOf({ b: 'evil' });
    await expect(load(await dockerArchive({ ...good, layers: [good.layers[0] as Buffer, evil] }, ['x:y']))).rejects.toThrow(
      'invalid diffID for layer',
    );
    expectNothing();
  });

  it('refuses a truncated archive and keeps nothing', async () => {
    const { load, expectNothing } = loader();
    const archive = gzipSync(await dockerArchive(await testImage([{ a: 'a' }]), ['x:y']));
    await expect(load(archive.subarray(0, archive.length - 40))).rejects.toThrow('broken archive');
    expectNothing();
  });
});

describe('ImageLoad of an OCI layout', () => {
  it('takes the manifest of the wanted platform', async () => {
    const { load, images } = loader();
    const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
    const entries = await Promise.all(
      platforms.map(async (platform) => ({
        image: await testImage([{ a: platform.architecture }], {}, platform),
        name: 'multi:1',
        platform,
      })),
    );
    await load(await ociLayout(entries), ['{"os":"linux","architecture":"arm64"}']);
    expect(images.get('multi:1')).toMatchObject({ id: entries[1]?.image.id, architecture: 'arm64' });
    expect(images.manifests(images.get('multi:1').id).map(({ content }) => Buffer.from(content))).toEqual([entries[1]?.image.manifest]);
    await expect(load(await ociLayout(entries), ['{"os":"linux","architecture":"s390x"}'])).rejects.toThrow(
      'no image for platform linux/s390x',
    );
  });

  it('refuses a blob that is not what its name says', async () => {
    const { load, expectNothing } = loader();
    const image = await testImage([{ a: 'a' }]);
    const archive = await ociLayout([{ image, contents: [gzipSync(await tarOf({ a: 'evil' }))], name: 'x:y' }]);
    await expect(load(archive)).rejects.toThrow(/blobs\/sha256\/.* has digest sha256:/);
    expectNothing();
  });
});
