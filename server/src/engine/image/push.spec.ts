import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../base/digest.js';
import { dockerArchive, testImage } from '../../graph/testing/images.js';
import { MediaType } from '../../base/manifest.js';
import { type DockerRegistry, startDockerRegistry } from '../../registry/testing/docker-registry.js';
import { LyingRegistry, sendError } from '../../registry/testing/lying-registry.js';
import { DistributionInspect } from '../distribution/inspect.js';
import { ImageLoad } from './load.js';
import type { ProgressMessage } from './progress.js';
import { ImagePush } from './push.js';
import { ImageTag } from './tag.js';
import { testContext, testPull } from './testing/pull.js';

function daemon() {
  const store = testPull();
  const { registry, images, layers, blobs, references, events } = store;
  const job = new ImagePush(registry, images, layers, blobs, references, events, { maxConcurrentUploads: 5 });
  return {
    ...store,
    load: async (archive: Buffer) =>
      new ImageLoad(images, layers, references, events).run(
        {
          archive: (async function* () {
            yield archive;
          })(),
          progress: () => undefined,
        },
        testContext(),
      ),
    tag: (name: string, repo: string) => new ImageTag(images, events).run({ name, repo }),
    push: async (name: string, tag?: string) => {
      const messages: ProgressMessage[] = [];
      await job.run({ name, tag, progress: (message) => void messages.push(message) }, testContext());
      return messages;
    },
  };
}

describe('ImagePush', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(() => registry.stop());

  it('brings an image there that can be pulled again', async () => {
    const here = daemon();
    const name = `${registry.domain}/team/thing`;
    const image = await testImage([{ a: 'a'.repeat(300_000) }, { b: 'b' }, { b: 'b' }], { Cmd: ['x'] });
    await here.load(await dockerArchive(image, [`${name}:v1`, `${name}:v2`]));
    const messages = await here.push(name);
    expect(messages[0]).toEqual({ status: `The push refers to repository [${name}]` });
    const [aux] = messages.flatMap((message) => (message.aux as { Tag: string; Digest: string; Size: number } | undefined) ?? []);
    expect(messages).toContainEqual({ status: `v1: digest: ${aux?.Digest} size: ${aux?.Size}` });
    expect(messages.filter(({ status }) => status === 'Pushed').length).toBe(2);
    expect(here.images.byId(image.id).repoDigests).toEqual([`${name}@${aux?.Digest}`]);
    const there = daemon();
    await there.pull(name);
    expect(there.images.byId(image.id).repoTags).toEqual([`${name}:v1`, `${name}:v2`]);
    const inspected = await new DistributionInspect(there.registry).run({ name: `${name}:v1` }, testContext());
    expect(inspected).toEqual({
      Descriptor: { mediaType: MediaType.dockerManifest, digest: aux?.Digest, size: aux?.Size },
      Platforms: [{ os: 'linux', architecture: 'amd64' }],
    });
  });

  it('keeps the digest of what was pulled, and mounts its layers from their repository', async () => {
    const image = await testImage([{ c: 'c' }, { d: 'd' }]);
    await registry.push('origin', 'v1', image.manifest, MediaType.ociManifest, [image.config, ...image.blobs]);
    const here = daemon();
    await here.pull(`${registry.domain}/origin:v1`);
    await here.tag(`${registry.domain}/origin:v1`, `${registry.domain}/copy:v1`);
    const messages = await here.push(`${registry.domain}/copy`, 'v1');
    expect(messages.filter(({ status }) => status === 'Mounted from origin').length).toBe(2);
    expect(messages.at(-1)).toMatchObject({ aux: { Digest: digestOf(image.manifest) } });
    expect((await here.push(`${registry.domain}/copy`, 'v1')).filter(({ status }) => status === 'Layer already exists').length).toBe(2);
  });

  it('knows what it has not', async () => {
    const { push } = daemon();
    await expect(push('nothing')).rejects.toThrow('An image does not exist locally with the tag: nothing');
    await expect(push(`a@sha256:${'a'.repeat(64)}`)).rejects.toThrow('cannot push a digest reference');
  });

  it('tells that the registry will not have it', async () => {
    const refusing = await new LyingRegistry().start();
    try {
      refusing.guard = (request, response) => {
        if (request.method !== 'POST') return false;
        sendError(response, 403, 'DENIED', 'requested access to the resource is denied');
        return true;
      };
      const { load, push } = daemon();
      await load(await dockerArchive(await testImage([{ a: 'a' }]), [`${refusing.domain}/x:y`]));
      await expect(push(`${refusing.domain}/x`, 'y')).rejects.toMatchObject({
        kind: 'Forbidden',
        message: 'denied: requested access to the resource is denied',
      });
    } finally {
      await refusing.stop();
    }
  });
});
