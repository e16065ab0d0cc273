import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../base/digest.js';
import { MediaType } from '../../base/manifest.js';
import { shortId } from '../../base/ids.js';
import { formatPlatform, hostPlatform } from '../../base/platform.js';
import { Container } from '../../container/container.js';
import { CREATED } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { descriptorOf, type TestImage, testImage } from '../../graph/testing/images.js';
import { type DockerRegistry, startDockerRegistry } from '../../registry/testing/docker-registry.js';
import { ImageDelete } from './delete.js';
import { ImageDeletion } from './deletion.js';
import { ImageGetAll } from './get-all.js';
import { ImageInspect } from './inspect.js';
import { ImageList } from './list.js';
import { ImageLoad } from './load.js';
import { ManifestSummaries } from './manifest-summaries.js';
import type { ProgressMessage } from './progress.js';
import { ImagePrune } from './prune.js';
import { ImagePush } from './push.js';
import { ImageTag } from './tag.js';
import { testContext, testPull } from './testing/pull.js';

const HOST = { os: hostPlatform.os, architecture: hostPlatform.architecture };
const FOREIGN = { os: 'linux', architecture: 's390x' };
const OTHER = { os: 'linux', architecture: 'riscv64' };

function daemon() {
  const store = testPull();
  const { registry, images, layers, blobs, references, events, database } = store;
  const containers = new Containers(database);
  const deletion = new ImageDeletion(images, layers, references, containers, events);
  const summaries = new ManifestSummaries(images, containers);
  const context = testContext();
  const json = (platforms: object[]) => platforms.map((each) => JSON.stringify(each));
  return {
    ...store,
    list: () => new ImageList(images, references, layers, containers, summaries).run({ manifests: true }, context),
    inspect: (name: string, platform?: object) =>
      new ImageInspect(images, layers, references, summaries).run({ name, platform: platform && JSON.stringify(platform) }, context),
    tag: (name: string, repo: string) => new ImageTag(images, events).run({ name, repo }),
    remove: (name: string, ...platforms: object[]) =>
      new ImageDelete(images, references, deletion).run({ name, platforms: json(platforms) }),
    force: (name: string, ...platforms: object[]) =>
      new ImageDelete(images, references, deletion).run({ name, force: true, platforms: json(platforms) }),
    /** A container of the image, as far as images know of it. */
    use: ({ id: image }: TestImage) => {
      const record = { id: 'c'.repeat(64), name: 'user', image, mounts: [] };
      containers.insert(new Container(record as never, CREATED));
    },
    prune: () => new ImagePrune(images, references, deletion, events).run({ filters: JSON.stringify({ dangling: ['false'] }) }, context),
    save: async (names: string | string[], ...platforms: object[]) =>
      buffer(await new ImageGetAll(images, layers, references, events).run({ names: [names].flat(), platform: json(platforms) })),
    load: async (archive: Buffer, ...platforms: object[]) => {
      const messages: ProgressMessage[] = [];
      const chunks = (async function* () {
        yield archive;
      })();
      const progress = (message: ProgressMessage) => void messages.push(message);
      await new ImageLoad(images, layers, references, events).run(
        { archive: chunks, quiet: true, platform: json(platforms), progress },
        context,
      );
      return messages;
    },
    push: async (name: string, tag: string, platform?: object) => {
      const messages: ProgressMessage[] = [];
      const progress = (message: ProgressMessage) => void messages.push(message);
      const job = new ImagePush(registry, images, layers, blobs, references, events, { maxConcurrentUploads: 5 });
      await job.run({ name, tag, platform: platform && JSON.stringify(platform), progress }, context);
      return messages.flatMap(({ aux }) => aux ?? []) as Record<string, unknown>[];
    },
  };
}

describe('an image of several platforms', () => {
  let registry: DockerRegistry;
  let here: ReturnType<typeof daemon>;
  let host: TestImage;
  let foreign: TestImage;
  let name: string;
  let index: Buffer;
  let count = 0;

  /** Puts an index of these images there. */
  const publish = async (repository: string, images: readonly (readonly [TestImage, object])[]) => {
    for (const [image] of images) {
      await registry.push(repository, digestOf(image.manifest), image.manifest, MediaType.ociManifest, [image.config, ...image.blobs]);
    }
    const manifests = images.map(([image, platform]) => descriptorOf(image.manifest, MediaType.ociManifest, { platform }));
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests }));
    await registry.push(repository, 'v1', content, MediaType.ociIndex, []);
    return content;
  };
  const pull = (platform?: object) => here.pull(name, { platform: platform && formatPlatform(platform as typeof HOST) });

  beforeAll(async () => {
    registry = await startDockerRegistry();
    host = await testImage([{ a: 'host' }], { Cmd: ['host'] }, HOST);
    foreign = await testImage([{ a: 'foreign!' }], { Cmd: ['foreign'] }, FOREIGN);
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    here = daemon();
    const repository = `many${count++}`;
    name = `${registry.domain}/${repository}:v1`;
    index = await publish(repository, [
      [host, HOST],
      [foreign, FOREIGN],
    ]);
  });

  it('is one row with a manifest for each, whichever was pulled first', async () => {
    await pull(FOREIGN);
    expect((await here.inspect(name)).Architecture).toBe(FOREIGN.architecture);
    await pull();
    const [row, ...more] = await here.list();
    expect(more).toEqual([]);
    expect(row).toMatchObject({ Id: host.id, RepoTags: [name], Size: 4 + 8 });
    expect(row?.Manifests?.map(({ ID, Available, Size }) => [ID, Available, Size.Total > Size.Content])).toEqual([
      [digestOf(host.manifest), true, true],
      [digestOf(foreign.manifest), true, true],
    ]);
    expect((await here.inspect(name)).Id).toBe(host.id);
    expect((await here.inspect(name, FOREIGN)).Id).toBe(foreign.id);
    await expect(here.inspect(name, OTHER)).rejects.toThrow('does not provide the specified platform');
    expect((await pull(FOREIGN)).at(-1)).toMatchObject({ status: `Status: Image is up to date for ${name}` });
  });

  it('is left for another index that has the name, as far as that one does not list it', async () => {
    await pull();
    await pull(FOREIGN);
    const newer = await testImage([{ a: 'newer' }], {}, FOREIGN);
    await publish(name.slice(registry.domain.length + 1, -3), [
      [host, HOST],
      [newer, FOREIGN],
    ]);
    await pull();
    expect(here.references.imagesOf(here.references.of(host.id)[0]!)).toEqual([host.id]);
    expect(here.images.called(name)).toEqual([host.id]);
    await pull(FOREIGN);
    expect(here.images.called(name)).toEqual([host.id, newer.id]);
  });

  it('takes its platforms to a new name, and goes with all of them', async () => {
    await pull();
    await pull(FOREIGN);
    await here.tag(name, 'copy:1');
    expect(here.images.get('copy:1', FOREIGN).id).toBe(foreign.id);
    await here.remove(name);
    expect(here.images.called('copy:1')).toEqual([host.id, foreign.id]);
    const items = await here.remove('copy:1');
    expect(items.map(({ Deleted }) => Deleted)).toEqual(expect.arrayContaining([host.id, foreign.id]));
    expect(here.left()).toMatchObject({ images: 0, layers: 0 });
  });

  it('loses one platform, the main one too, and its name with the last', async () => {
    await pull();
    await pull(FOREIGN);
    await expect(here.remove(name, OTHER)).rejects.toThrow('does not provide the specified platform');
    await here.remove(name, HOST);
    expect(here.images.called(name)).toEqual([foreign.id]);
    await here.remove(name, FOREIGN);
    expect(here.left()).toMatchObject({ images: 0, layers: 0 });
  });

  it('has its new platforms under every name that points to its index', async () => {
    await pull();
    await here.tag(name, 'copy:1');
    await pull(FOREIGN);
    expect(here.images.called('copy:1')).toEqual([host.id, foreign.id]);
    await here.remove(name, FOREIGN);
    expect(here.images.called('copy:1')).toEqual([host.id]);
  });

  it('leaves its name to a manifest of one platform that is pulled later', async () => {
    await pull();
    await pull(FOREIGN);
    await registry.push(name.slice(registry.domain.length + 1, -3), 'v1', host.manifest, MediaType.ociManifest, []);
    await pull();
    expect(here.images.called(name)).toEqual([host.id]);
    expect(here.images.called(`${name.slice(0, -3)}@${digestOf(index)}`)).toEqual([host.id, foreign.id]);
  });

  it('does not lose a platform that is the whole of another name, unless by force', async () => {
    await pull();
    await registry.push('single', 'v1', host.manifest, MediaType.ociManifest, [host.config, ...host.blobs]);
    await here.pull(`${registry.domain}/single:v1`);
    await pull(FOREIGN);
    await expect(here.remove(name, HOST)).rejects.toThrow(`image is referenced by ${registry.domain}/single:v1`);
    await expect(here.remove(name, FOREIGN, HOST)).rejects.toThrow('must be forced');
    expect(here.images.called(name)).toEqual([host.id, foreign.id]);
    await here.force(name, HOST);
    expect(here.images.called(name)).toEqual([foreign.id]);
    expect(here.images.has(host.id)).toBe(false);
  });

  it('keeps what a refused removal names', async () => {
    await pull();
    await pull(FOREIGN);
    here.use(foreign);
    await expect(here.remove(name, HOST, FOREIGN)).rejects.toThrow('is being used by');
    await expect(here.remove(name)).rejects.toThrow(`using its referenced image ${shortId(foreign.id)}`);
    await expect(here.remove(host.id)).rejects.toThrow('is being used by');
    expect(here.images.called(name)).toEqual([host.id, foreign.id]);
    await here.remove(name, HOST);
    expect(here.images.called(name)).toEqual([foreign.id]);
  });

  it('is pruned whole or not at all', async () => {
    await pull();
    await pull(FOREIGN);
    const release = here.images.hold(foreign.id);
    expect((await here.prune()).ImagesDeleted).toBeNull();
    release();
    await here.prune();
    expect(here.left()).toMatchObject({ images: 0, layers: 0 });
  });

  it('is saved and loaded whole, or the platforms that are asked for', async () => {
    await pull();
    await pull(FOREIGN);
    const archive = await here.save(name);
    const there = daemon();
    expect(await there.load(archive)).toEqual([{ stream: `Loaded image: ${name}\n` }]);
    expect(there.images.called(name)).toEqual([host.id, foreign.id]);
    expect((await there.save(name)).equals(archive)).toBe(true);
    const one = daemon();
    await one.load(archive, FOREIGN);
    expect(one.images.called(name)).toEqual([foreign.id]);
    await one.load(archive);
    expect(one.images.called(name)).toEqual([host.id, foreign.id]);
    await expect(one.load(archive, FOREIGN, OTHER)).rejects.toThrow('the archive has no image for platform linux/riscv64');
    const part = daemon();
    await part.load(await here.save(name, FOREIGN));
    expect(part.images.called(name)).toEqual([foreign.id]);
    await expect(here.save(name, FOREIGN, OTHER)).rejects.toThrow('does not provide the specified platform');
  });

  it('is saved under each of its names with just the platforms of that name', async () => {
    await pull();
    await pull(FOREIGN);
    await registry.push('alone', 'v1', host.manifest, MediaType.ociManifest, [host.config, ...host.blobs]);
    const alone = `${registry.domain}/alone:v1`;
    await here.pull(alone);
    const there = daemon();
    await there.load(await here.save([alone, name, host.id]));
    expect(there.images.called(name)).toEqual([host.id, foreign.id]);
    expect(there.images.called(alone)).toEqual([host.id]);
  });

  it('is saved the same in whichever order its platforms are asked for', async () => {
    await pull();
    await pull(FOREIGN);
    expect((await here.save(name, FOREIGN, HOST)).equals(await here.save(name, HOST, FOREIGN))).toBe(true);
  });

  it('is pushed as the index it came by, or as one platform of it', async () => {
    await pull();
    await pull(FOREIGN);
    const copy = `${registry.domain}/copy${count}`;
    await here.tag(name, `${copy}:v1`);
    expect(await here.push(copy, 'v1')).toEqual([{ Tag: 'v1', Digest: digestOf(index), Size: index.length }]);
    expect(await here.push(copy, 'v1', FOREIGN)).toMatchObject([{ Digest: digestOf(foreign.manifest) }]);
    expect(here.images.get(`${copy}@${digestOf(index)}`, FOREIGN).id).toBe(foreign.id);
  });

  it('is pushed as a new index where its layers are compressed anew', async () => {
    await pull();
    await pull(FOREIGN);
    const there = daemon();
    await there.load(await here.save(name));
    const copy = `${registry.domain}/anew${count}`;
    await there.tag(name, `${copy}:v1`);
    await there.push(copy, 'v1');
    const again = daemon();
    await again.pull(`${copy}:v1`);
    await again.pull(`${copy}:v1`, { platform: formatPlatform(FOREIGN) });
    expect(again.images.called(`${copy}:v1`)).toEqual([host.id, foreign.id]);
  });

  it('is not pushed as whole where another index that lists fewer was', async () => {
    await pull();
    await pull(FOREIGN);
    const third = await testImage([{ a: 'third' }], {}, OTHER);
    const larger = await publish(name.slice(registry.domain.length + 1, -3), [
      [host, HOST],
      [foreign, FOREIGN],
      [third, OTHER],
    ]);
    await pull();
    expect(here.images.called(name)).toEqual([host.id, foreign.id]);
    const copy = `${registry.domain}/larger${count}`;
    await here.tag(name, `${copy}:v1`);
    expect(await here.push(copy, 'v1')).toMatchObject([
      { Digest: digestOf(host.manifest) },
      { manifestPushedInsteadOfIndex: true, originalIndex: { digest: digestOf(larger) } },
    ]);
  });

  it('is pushed with its index where that lists one image, with what it says about that', async () => {
    const statement = Buffer.from('{"_type":"https://in-toto.io/Statement/v0.1"}');
    const said = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MediaType.ociManifest,
        config: descriptorOf(Buffer.from('{}'), MediaType.ociConfig),
        layers: [
          descriptorOf(statement, 'application/vnd.in-toto+json', { annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/x' } }),
        ],
      }),
    );
    const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digestOf(host.manifest) };
    const content = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MediaType.ociIndex,
        manifests: [
          descriptorOf(host.manifest, MediaType.ociManifest, { platform: HOST }),
          descriptorOf(said, MediaType.ociManifest, { platform: { os: 'unknown', architecture: 'unknown' }, annotations: about }),
        ],
      }),
    );
    await registry.push(`said${count}`, digestOf(host.manifest), host.manifest, MediaType.ociManifest, [host.config, ...host.blobs]);
    await registry.push(`said${count}`, digestOf(said), said, MediaType.ociManifest, [Buffer.from('{}'), statement]);
    await registry.push(`said${count}`, 'v1', content, MediaType.ociIndex, []);
    await here.pull(`${registry.domain}/said${count}:v1`);
    const copy = `${registry.domain}/said-copy${count}`;
    await here.tag(`${registry.domain}/said${count}:v1`, `${copy}:v1`);
    expect(await here.push(copy, 'v1')).toEqual([{ Tag: 'v1', Digest: digestOf(content), Size: content.length }]);
    const there = daemon();
    await there.pull(`${copy}:v1`);
    expect(there.images.statement(host.id, digestOf(statement))?.equals(statement)).toBe(true);
  });

  it('is pushed as one platform, and says so, while others are missing', async () => {
    await pull();
    const copy = `${registry.domain}/part${count}`;
    await here.tag(name, `${copy}:v1`);
    expect(await here.push(copy, 'v1')).toMatchObject([
      { Digest: digestOf(host.manifest) },
      {
        manifestPushedInsteadOfIndex: true,
        originalIndex: { digest: digestOf(index) },
        selectedManifest: { digest: digestOf(host.manifest) },
      },
    ]);
  });
});
