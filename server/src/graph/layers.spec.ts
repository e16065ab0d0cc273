import { beforeEach, describe, expect, it } from 'vitest';
import { chainIds } from '../base/digest.js';
import { type TestImage, testImage } from './testing/images.js';
import { testStore } from './testing/store.js';
import type { LayerLease } from './layer-lease.js';

describe('Layers', () => {
  let store: ReturnType<typeof testStore>;
  let image: TestImage;
  let chain: string[];

  beforeEach(async () => {
    store = testStore();
    image = await testImage([{ a: 'a' }, { b: 'b' }]);
    chain = chainIds(JSON.parse(image.config.toString()).rootfs.diff_ids);
  });

  const commit = async (lease: LayerLease) => {
    let parent: string | undefined;
    for (const tar of image.layers) {
      const stage = await store.layers.stage();
      await stage.write(tar);
      parent = (await lease.commit(stage, await stage.end(), parent)).chainId;
    }
  };

  it('forgets what no image was made of', async () => {
    const lease = store.layers.lease();
    await commit(lease);
    expect(store.layers.stack(chain[1]).map((layer) => layer.chainId)).toEqual(chain);
    await lease.release();
    expect(await store.driver.list()).toEqual([]);
    expect(store.layers.find(chain[0] as string)).toBeUndefined();
  });

  it('keeps what another lease holds, and what an image stands on', async () => {
    const [one, two] = [store.layers.lease(), store.layers.lease()];
    await Promise.all([commit(one), commit(two)]);
    await one.release();
    expect((await store.driver.list()).toSorted()).toEqual(chain.toSorted());
    store.images.register({ config: image.config });
    await two.release();
    expect(store.layers.all()).toHaveLength(2);
    expect(store.driver.open.size).toBe(0);
  });

  it('forgets layers that a loss of power took, with the images on them', async () => {
    const lease = store.layers.lease();
    await commit(lease);
    store.images.register({ config: image.config, durable: false });
    await lease.release();
    store.driver.layers.delete(chain[1] as string);
    await store.layers.recover(new Set());
    expect(store.images.count).toBe(0);
    expect(store.layers.all()).toEqual([]);
    expect(await store.driver.list()).toEqual([]);
  });

  it('survives a deletion in the middle of a commit of the same layers', async () => {
    const first = store.layers.lease();
    await commit(first);
    store.images.register({ config: image.config });
    await first.release();
    const second = store.layers.lease();
    await Promise.all([store.images.delete(image.id), commit(second)]);
    store.images.register({ config: image.config });
    await second.release();
    expect((await store.driver.list()).toSorted()).toEqual(chain.toSorted());
    expect(store.layers.stack(chain[1])).toHaveLength(2);
  });

  it('makes read-write layers over what is there, once', async () => {
    await expect(store.layers.createReadWrite('rw', chain[1])).rejects.toMatchObject({ kind: 'NotFound' });
    await store.layers.createReadWrite('rw', undefined);
    await expect(store.layers.createReadWrite('rw', undefined)).rejects.toMatchObject({ kind: 'Conflict' });
    await store.layers.remove('rw');
    await store.layers.remove('rw');
    expect(await store.driver.list()).toEqual([]);
  });

  it('registers no image whose layers are missing', () => {
    expect(() => store.images.register({ config: image.config })).toThrow(`layer ${chain[1]} does not exist`);
    expect(store.images.list()).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list of layers that is none', '{"rootfs":{"diff_ids":"x"}}'],
    ['a digest that is none', '{"rootfs":{"diff_ids":["sha256:../.."]}}'],
    ['too many layers', JSON.stringify({ rootfs: { diff_ids: Array(126).fill(`sha256:${'a'.repeat(64)}`) } })],
    ['an environment that is none', '{"config":{"Env":[1]}}'],
    ['labels that are none', '{"config":{"Labels":{"a":{}}}}'],
  ])('refuses a config with %s', (_, config) => {
    expect(() => store.images.register({ config: Buffer.from(config) })).toThrow(/invalid|exceeded/);
  });

  it('takes a config with nothing but null', () => {
    const config = Buffer.from('{"config":null,"history":[null],"rootfs":null}');
    expect(store.images.byId(store.images.register({ config }))).toMatchObject({ size: 0, topLayer: undefined, history: [{}] });
  });
});
