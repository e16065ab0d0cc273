import { beforeEach, describe, expect, it } from 'vitest';
import { chainIds } from '../../base/digest.js';
import { Container } from '../../container/container.js';
import { CREATED } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { dockerArchive, type TestImage, testImage } from '../../graph/testing/images.js';
import { testStore } from '../../graph/testing/store.js';
import { ImageDelete } from './delete.js';
import { ImageDeletion } from './deletion.js';
import { ImageHistory } from './history.js';
import { ImageInspect } from './inspect.js';
import { ImageList } from './list.js';
import { ImageLoad } from './load.js';
import { ManifestSummaries } from './manifest-summaries.js';
import { ImagePrune } from './prune.js';
import { ImageTag } from './tag.js';
import { testContext } from './testing/pull.js';

function engine() {
  const store = testStore();
  const { images, layers, references, events, database } = store;
  const containers = new Containers(database);
  const deletion = new ImageDeletion(images, layers, references, containers, events);
  const summaries = new ManifestSummaries(images, containers);
  const context = testContext();
  return {
    ...store,
    containers,
    load: async (image: TestImage, ...names: string[]) => {
      const archive = await dockerArchive(image, names);
      await new ImageLoad(images, layers, references, events).run(
        {
          archive: (async function* () {
            yield archive;
          })(),
          progress: () => undefined,
        },
        context,
      );
    },
    list: (query: Parameters<ImageList['run']>[0] = {}, version = '1.56') =>
      new ImageList(images, references, layers, containers, summaries).run(query, { ...context, version }),
    inspect: (name: string) => new ImageInspect(images, layers, references, summaries).run({ name }, context),
    history: (name: string) => new ImageHistory(images, layers).run({ name }),
    tag: (name: string, repo: string, tag?: string) => new ImageTag(images, events).run({ name, repo, tag }),
    remove: (name: string, force = false) => new ImageDelete(images, references, deletion).run({ name, force }),
    prune: (filters?: object) =>
      new ImagePrune(images, references, deletion, events).run({ filters: JSON.stringify(filters ?? {}) }, context),
    use: async (image: TestImage, running: boolean) => {
      const id = 'c'.repeat(64);
      await layers.createReadWrite(id, images.byId(image.id).topLayer);
      const record = {
        id,
        name: 'user',
        created: '',
        image: image.id,
        driver: 'tar',
        config: {},
        hostConfig: {},
        networking: {},
        mounts: [],
      };
      containers.insert(new Container(record as never, { ...CREATED, running }));
    },
  };
}

describe('the jobs on images', () => {
  let daemon: ReturnType<typeof engine>;
  let image: TestImage;
  let chain: string[];

  beforeEach(async () => {
    daemon = engine();
    image = await testImage([{ a: 'aaaa' }, { b: 'bb' }], { Labels: { stage: 'test' }, Cmd: ['sh'] });
    chain = chainIds(JSON.parse(image.config.toString()).rootfs.diff_ids);
    await daemon.load(image, 'thing:v1');
  });

  it('lists with the filters of Docker', async () => {
    const other = await testImage([{ c: 'c' }], {}, { os: 'linux', architecture: 'arm64' });
    await daemon.load(other, 'team/other:v2');
    const names = async (filters: object) =>
      (await daemon.list({ filters: JSON.stringify(filters) })).flatMap(({ RepoTags }) => RepoTags ?? []);
    expect((await names({})).sort()).toEqual(['team/other:v2', 'thing:v1']);
    expect(await names({ reference: ['thing'] })).toEqual(['thing:v1']);
    expect(await names({ reference: ['t*/oth*:v[0-9]'] })).toEqual(['team/other:v2']);
    expect(await names({ reference: ['*other'] })).toEqual([]);
    expect(await names({ label: ['stage=test'] })).toEqual(['thing:v1']);
    expect(await names({ label: ['stage=x'] })).toEqual([]);
    expect(await names({ dangling: ['true'] })).toEqual([]);
    expect(await names({ until: ['2025-01-01'] })).toEqual([]);
    await expect(names({ nonsense: ['x'] })).rejects.toThrow("invalid filter 'nonsense'");
    await expect(names({ before: ['missing'] })).rejects.toThrow('No such image: missing');
  });

  it('tells sizes, shared ones too', async () => {
    await daemon.load(await testImage([{ a: 'aaaa' }, { d: 'd' }]), 'sibling:1');
    const [summary] = await daemon.list({ 'shared-size': true, filters: '{"reference":["thing"]}' });
    expect(summary).toMatchObject({ Id: image.id, Size: 6, SharedSize: 4, Containers: 0, Created: 1767323045, Labels: { stage: 'test' } });
    expect((await daemon.list({}, '1.43'))[0]).toHaveProperty('VirtualSize');
    expect((await daemon.list())[0]).not.toHaveProperty('VirtualSize');
  });

  it('inspects', async () => {
    expect(await daemon.inspect('thing:v1')).toMatchObject({
      Id: image.id,
      RepoTags: ['thing:v1'],
      RepoDigests: [],
      Created: '2026-01-02T03:04:05Z',
      Config: { Labels: { stage: 'test' }, Cmd: ['sh'] },
      Architecture: 'amd64',
      Os: 'linux',
      Size: 6,
      GraphDriver: { Name: 'tar', Data: { UpperDir: `/layers/${chain[1]}` } },
    });
    await expect(daemon.inspect('nothing')).rejects.toMatchObject({ kind: 'NotFound', message: 'No such image: nothing' });
    await expect(daemon.inspect('No Name')).rejects.toMatchObject({ kind: 'InvalidParameter', message: 'invalid reference format' });
  });

  it('tells the history, the last step first', async () => {
    expect(await daemon.history('thing:v1')).toMatchObject([
      { Id: image.id, CreatedBy: 'layer 1', Size: 2, Tags: ['thing:v1'] },
      { Id: '<missing>', CreatedBy: 'layer 0', Size: 4, Tags: null },
    ]);
  });

  it('tags, and untags until the last name takes the image along', async () => {
    await daemon.tag(image.id.slice(7, 19), 'registry.example/x', 'y');
    await expect(daemon.tag('thing:v1', `a@${image.id}`)).rejects.toThrow('refusing to create a tag with a digest reference');
    await expect(daemon.tag('thing:v1', 'a', 'not a tag')).rejects.toThrow('invalid tag format');
    expect(await daemon.remove('thing:v1')).toEqual([{ Untagged: 'thing:v1' }]);
    expect(await daemon.remove('registry.example/x:y')).toEqual([
      { Untagged: 'registry.example/x:y' },
      { Deleted: image.id },
      { Deleted: chain[1] },
      { Deleted: chain[0] },
    ]);
    expect(daemon.driver.layers.size).toBe(0);
    const { past } = daemon.events.subscribe(() => undefined);
    expect(past.map(({ Action }) => Action)).toEqual(['load', 'tag', 'untag', 'untag', 'delete']);
  });

  it('keeps the layers that another image stands on', async () => {
    await daemon.load(await testImage([{ a: 'aaaa' }, { d: 'd' }]), 'sibling:1');
    expect(await daemon.remove('thing:v1')).toEqual([{ Untagged: 'thing:v1' }, { Deleted: image.id }, { Deleted: chain[1] }]);
    expect(daemon.driver.layers.has(chain[0] as string)).toBe(true);
  });

  it('deletes by ID only what has one name, unless forced', async () => {
    await daemon.tag('thing:v1', 'other');
    await expect(daemon.remove(image.id)).rejects.toMatchObject({
      kind: 'Conflict',
      message: `conflict: unable to delete ${image.id.slice(7, 19)} (must be forced) - image is referenced in multiple repositories`,
    });
    expect((await daemon.remove(image.id, true)).slice(0, 2)).toEqual([{ Untagged: 'other:latest' }, { Untagged: 'thing:v1' }]);
  });

  it('keeps what a stopped container uses, unless forced; its layers in any case', async () => {
    await daemon.use(image, false);
    const short = image.id.slice(7, 19);
    await expect(daemon.remove('thing:v1')).rejects.toThrow(
      `conflict: unable to remove repository reference "thing:v1" (must force) - container cccccccccccc is using its referenced image ${short}`,
    );
    await expect(daemon.remove(short)).rejects.toThrow(`(must be forced) - image is being used by stopped container cccccccccccc`);
    expect(await daemon.remove('thing:v1', true)).toEqual([{ Untagged: 'thing:v1' }, { Deleted: image.id }]);
    expect(daemon.driver.layers.size).toBe(3);
    await daemon.layers.remove('c'.repeat(64));
    expect(daemon.driver.layers.size).toBe(0);
  });

  it('keeps what a running container uses whatever one asks', async () => {
    await daemon.use(image, true);
    await expect(daemon.remove(image.id, true)).rejects.toThrow(
      '(cannot be forced) - image is being used by running container cccccccccccc',
    );
    expect(await daemon.remove('thing:v1', true)).toEqual([{ Untagged: 'thing:v1' }]);
    expect(daemon.images.has(image.id)).toBe(true);
  });

  it('prunes images without names, or all that are not used', async () => {
    const next = await testImage([{ e: 'eeeee' }]);
    await daemon.load(next, 'thing:v1');
    expect(await daemon.prune()).toEqual({
      ImagesDeleted: [{ Deleted: image.id }, { Deleted: chain[1] }, { Deleted: chain[0] }],
      SpaceReclaimed: 6,
    });
    expect(await daemon.prune()).toEqual({ ImagesDeleted: null, SpaceReclaimed: 0 });
    expect(await daemon.prune({ dangling: ['false'], label: ['x'] })).toEqual({ ImagesDeleted: null, SpaceReclaimed: 0 });
    expect((await daemon.prune({ dangling: ['false'] })).SpaceReclaimed).toBe(5);
  });

  it('collects at the start what a crash left', async () => {
    const orphan = await daemon.driver.stage();
    await orphan.write(image.layers[0] as Buffer);
    await orphan.end();
    await daemon.driver.commit(orphan, 'sha256:orphan', undefined);
    await daemon.layers.createReadWrite('d'.repeat(64), chain[1]);
    await daemon.layers.recover(new Set());
    expect([...daemon.driver.layers.keys()]).toEqual(chain);
    expect((await daemon.inspect('thing:v1')).Id).toBe(image.id);
  });
});
