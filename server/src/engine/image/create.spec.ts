import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../base/digest.js';
import { shortId } from '../../base/ids.js';
import { MediaType } from '../../base/manifest.js';
import { descriptorOf, type TestImage, testImage } from '../../graph/testing/images.js';
import { type DockerRegistry, startDockerRegistry } from '../../registry/testing/docker-registry.js';
import { LyingRegistry, sendError } from '../../registry/testing/lying-registry.js';
import { NOTHING, testPull } from './testing/pull.js';

const blobsOf = (image: TestImage) => [image.config, ...image.blobs];

describe('ImageCreate from a real registry', () => {
  let registry: DockerRegistry;
  let image: TestImage;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    image = await testImage([{ 'bin/sh': 'shell' }, { 'etc/x': 'x' }], { Labels: { a: 'b' } });
    await registry.push('library/thing', 'v1', image.manifest, MediaType.ociManifest, blobsOf(image));
  });
  afterAll(() => registry.stop());

  it('pulls a tag and tells it in the words of Docker', async () => {
    const { pull, images, driver, events } = testPull();
    const name = `${registry.domain}/library/thing`;
    const messages = await pull(name, { tag: 'v1' });
    const digest = digestOf(image.manifest);
    expect(images.get(`${name}:v1`)).toMatchObject({ id: image.id, repoTags: [`${name}:v1`], repoDigests: [`${name}@${digest}`] });
    expect(images.get(`${name}@${digest}`).id).toBe(image.id);
    expect(driver.open.size).toBe(0);
    expect(messages[0]).toEqual({ status: 'Pulling from library/thing', id: 'v1' });
    expect(messages.slice(-2)).toEqual([{ status: `Digest: ${digest}` }, { status: `Status: Downloaded newer image for ${name}:v1` }]);
    for (const blob of image.blobs) {
      const told = messages.filter(({ id }) => id === shortId(digestOf(blob))).map(({ status }) => status);
      expect(told).toEqual(['Pulling fs layer', 'Downloading', 'Verifying Checksum', 'Download complete', 'Extracting', 'Pull complete']);
    }
    const { past } = events.subscribe(() => undefined);
    expect(past.map(({ Action, Actor }) => [Action, Actor])).toEqual([['pull', { ID: `${name}:v1`, Attributes: { name, a: 'b' } }]]);
  });

  it('says that nothing is new the second time', async () => {
    const { pull } = testPull();
    const name = `${registry.domain}/library/thing`;
    await pull(`${name}:v1`);
    expect((await pull(name, { tag: 'v1' })).map(({ status }) => status)).toEqual([
      'Pulling from library/thing',
      `Digest: ${digestOf(image.manifest)}`,
      `Status: Image is up to date for ${name}:v1`,
    ]);
  });

  it('fetches only the layers it lacks', async () => {
    const bigger = await testImage([{ 'bin/sh': 'shell' }, { 'etc/x': 'x' }, { more: 'more' }]);
    await registry.push('library/thing', 'v2', bigger.manifest, MediaType.ociManifest, blobsOf(bigger));
    const { pull } = testPull();
    await pull(`${registry.domain}/library/thing:v1`);
    const messages = await pull(`${registry.domain}/library/thing:v2`);
    const last = (blob: Buffer) => messages.filter(({ id }) => id === shortId(digestOf(blob))).map(({ status }) => status);
    expect(bigger.blobs.map(last).map((told) => told.at(-1))).toEqual(['Already exists', 'Already exists', 'Pull complete']);
  });

  it('takes the image of the platform from an index', async () => {
    const arm = await testImage([{ arm: 'arm' }], {}, { os: 'linux', architecture: 'arm64' });
    for (const each of [image, arm]) {
      await registry.push('library/multi', digestOf(each.manifest), each.manifest, MediaType.ociManifest, blobsOf(each));
    }
    const manifests = [
      descriptorOf(image.manifest, MediaType.ociManifest, { platform: { os: 'linux', architecture: 'amd64' } }),
      descriptorOf(arm.manifest, MediaType.ociManifest, { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
    ];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests }));
    await registry.push('library/multi', 'latest', index, MediaType.ociIndex, []);
    const { pull, images } = testPull();
    const name = `${registry.domain}/library/multi`;
    await pull(name, { tag: 'latest', platform: 'linux/arm64' });
    expect(images.get(name)).toMatchObject({ id: arm.id, repoDigests: [`${name}@${digestOf(index)}`] });
    await expect(pull(name, { tag: 'latest', platform: 'linux/s390x' })).rejects.toThrow(
      'no matching manifest for linux/s390x in the manifest list entries',
    );
  });

  it('pulls all tags when none is named, and a digest', async () => {
    const { pull, images } = testPull();
    const name = `${registry.domain}/library/thing`;
    await pull(name);
    expect(images.list().flatMap(({ repoTags }) => repoTags)).toContain(`${name}:v1`);
    const other = testPull();
    await other.pull(name, { tag: digestOf(image.manifest) });
    expect(other.images.get(image.id)).toMatchObject({ repoTags: [], repoDigests: [`${name}@${digestOf(image.manifest)}`] });
  });

  it('shares the layers of two pulls at once', async () => {
    const { pull, images, driver } = testPull();
    const name = `${registry.domain}/library/thing:v1`;
    await Promise.all([pull(name), pull(name), pull(name)]);
    expect(images.get(name).id).toBe(image.id);
    expect([driver.layers.size, driver.open.size]).toEqual([2, 0]);
  });

  it('unpacks a layer that stands twice in the image', async () => {
    const twice = await testImage([{ a: 'a' }, { b: 'b' }, { a: 'a' }]);
    await registry.push('twice', 'latest', twice.manifest, MediaType.ociManifest, blobsOf(twice));
    const { pull, driver } = testPull();
    await pull(`${registry.domain}/twice:latest`);
    expect([driver.layers.size, driver.open.size]).toEqual([3, 0]);
  });

  it('tells that there is no such tag or repository', async () => {
    const { pull, left } = testPull();
    await expect(pull(`${registry.domain}/library/thing:nope`)).rejects.toMatchObject({
      kind: 'NotFound',
      message: `manifest for ${registry.domain}/library/thing:nope not found: manifest unknown: manifest unknown`,
    });
    expect(left()).toEqual(NOTHING);
  });
});

describe('ImageCreate from a registry with logins', () => {
  it('logs in by name and password', async () => {
    const hash = '$2b$04$tBdnH9ZVjqOoMiopJF/CIOC5HdEVM.ihESSCUU/uCQUYP29ykECuq';
    const registry = await startDockerRegistry(`someone:${hash}\n`);
    try {
      const { pull } = testPull();
      await expect(pull(`${registry.domain}/thing:v1`)).rejects.toThrow(
        `pull access denied for ${registry.domain}/thing, repository does not exist or may require 'docker login'`,
      );
      const wrong = pull(`${registry.domain}/thing:v1`, { auth: { username: 'someone', password: 'wrong' } });
      await expect(wrong).rejects.toMatchObject({ kind: 'NotFound', message: expect.stringContaining('pull access denied') });
      const right = pull(`${registry.domain}/thing:v1`, { auth: { username: 'someone', password: 'secret' } });
      await expect(right).rejects.toThrow(`manifest for ${registry.domain}/thing:v1 not found`);
    } finally {
      await registry.stop();
    }
  });
});

describe('ImageCreate from a registry that lies', () => {
  let registry: LyingRegistry;
  let image: TestImage;
  const path = (kind: string, content: Buffer) => `/v2/thing/${kind}/${digestOf(content)}`;

  beforeEach(async () => {
    registry = await new LyingRegistry().start();
    image = await testImage([{ a: 'a'.repeat(5000) }, { b: 'b' }]);
    registry.add('thing', 'v1', image.manifest, MediaType.ociManifest, blobsOf(image));
  });
  afterEach(() => registry.stop());

  const manifestLie = (content: object | string, mediaType: string = MediaType.ociManifest) =>
    registry.lies.set('/v2/thing/manifests/v1', (_, response) => {
      response.setHeader('content-type', mediaType).end(typeof content === 'string' ? content : JSON.stringify(content));
    });

  it('goes on after a break, by Range', async () => {
    const layer = image.blobs[0] as Buffer;
    const lied = path('blobs', layer);
    registry.lies.set(lied, (_, response) => {
      registry.lies.delete(lied);
      response.setHeader('content-length', layer.length);
      response.write(layer.subarray(0, 40), () => response.destroy());
    });
    const { pull, images } = testPull();
    await pull(`${registry.domain}/thing:v1`);
    expect(images.get(image.id).id).toBe(image.id);
    expect(registry.requests.filter((request) => request.path === lied).map(({ range }) => range)).toEqual([
      undefined,
      `bytes=40-${layer.length - 1}`,
    ]);
  });

  it('tries again when the registry is overloaded', async () => {
    let times = 0;
    registry.lies.set('/v2/thing/manifests/v1', (request, response) => {
      if (++times < 3) sendError(response, 503, 'UNAVAILABLE', 'busy');
      else registry.answer('/v2/thing/manifests/v1', request, response);
    });
    const { pull } = testPull();
    await pull(`${registry.domain}/thing:v1`);
    expect(times).toBe(3);
  });

  it('waits as long as a registry asks that has had too many requests, for a layer too', async () => {
    const layer = path('blobs', image.blobs[0] as Buffer);
    const asked: number[] = [];
    registry.lies.set(layer, (request, response) => {
      asked.push(performance.now());
      if (asked.length > 1) return registry.answer(layer, request, response);
      response.setHeader('retry-after', '1');
      sendError(response, 429, 'TOOMANYREQUESTS', 'slow down');
    });
    const { pull } = testPull();
    await pull(`${registry.domain}/thing:v1`);
    expect((asked[1] as number) - (asked[0] as number)).toBeGreaterThan(950);
  });

  it('takes bytes as slowly as they come, as long as they come', async () => {
    const layer = image.blobs[0] as Buffer;
    registry.lies.set(path('blobs', layer), (_, response) => {
      response.setHeader('content-length', layer.length);
      const pieces = [0, 1, 2, 3].map((index) => layer.subarray(index * 10, index === 3 ? layer.length : (index + 1) * 10));
      const next = () => {
        const piece = pieces.shift();
        if (piece) response.write(piece, () => setTimeout(next, 400));
        else response.end();
      };
      next();
    });
    const { pull, images } = testPull({ idle: 1500, tries: 1 });
    await pull(`${registry.domain}/thing:v1`);
    expect(images.get(image.id).id).toBe(image.id);
  });

  it.each<[string, () => void, string]>([
    [
      'other bytes for a layer',
      () => lieAbout(image.blobs[0] as Buffer, (blob) => Buffer.alloc(blob.length, 1)),
      'broken archive|verification failed',
    ],
    [
      'another layer',
      () => lieAbout(image.blobs[0] as Buffer, () => image.blobs[1] as Buffer),
      'closed the connection|verification failed',
    ],
    ['more bytes', () => lieAbout(image.blobs[1] as Buffer, (blob) => Buffer.concat([blob, blob])), 'more than the'],
    ['fewer bytes', () => lieAbout(image.blobs[1] as Buffer, (blob) => blob.subarray(0, 20)), 'closed the connection'],
    [
      'another config',
      () => lieAbout(image.config, (config) => Buffer.from(config.toString().replace('2026', '2025'))),
      'verification failed for digest',
    ],
    ['both manifests and layers', () => manifestLie({ ...JSON.parse(image.manifest.toString()), manifests: [] }), 'may not have manifests'],
    ['another media type', () => manifestLie(image.manifest.toString(), MediaType.ociIndex), 'but was announced as'],
    [
      'schema 1',
      () => manifestLie({ schemaVersion: 1, fsLayers: [] }, 'application/vnd.docker.distribution.manifest.v1+prettyjws'),
      'schema 1',
    ],
    ['no JSON', () => manifestLie('<html>'), 'not JSON'],
    ['a manifest of 5 MiB', () => manifestLie(' '.repeat(5 << 20)), 'larger than 4194304 bytes'],
    [
      'a digest that climbs',
      () => manifestLie(image.manifest.toString().replace(digestOf(image.config), 'sha256:../../etc/passwd')),
      'invalid digest',
    ],
    [
      'an unknown algorithm',
      () => manifestLie(image.manifest.toString().replace(digestOf(image.config), `sha512:${'a'.repeat(128)}`)),
      'invalid digest',
    ],
    ["layers that are not the config's", () => manifestLie(swapped(image)), "layers from manifest don't match image configuration"],
    [
      'something that is no image',
      () => manifestLie(image.manifest.toString().replace(MediaType.ociConfig, 'application/x')),
      'not a container image',
    ],
  ])('refuses %s, and keeps nothing', async (_, lie, message) => {
    lie();
    const { pull, left } = testPull({ idle: 300 });
    await expect(pull(`${registry.domain}/thing:v1`)).rejects.toThrow(new RegExp(message));
    expect(left()).toEqual(NOTHING);
    registry.lies.clear();
    await pull(`${registry.domain}/thing:v1`);
    expect(left()).toEqual({ images: 1, layers: 2, stages: 0 });
  });

  it.each(['/v2/', '/v2/thing/manifests/v1', 'layer'])('gives up on a registry that hangs at %s', async (where) => {
    registry.lies.set(where === 'layer' ? path('blobs', image.blobs[0] as Buffer) : where, () => undefined);
    const { pull, left } = testPull({ idle: 100, tries: 2 });
    await expect(pull(`${registry.domain}/thing:v1`)).rejects.toThrow('did not answer in time');
    expect(left()).toEqual(NOTHING);
  });

  it('stops when the client goes away', async () => {
    const client = new AbortController();
    registry.lies.set(path('blobs', image.blobs[0] as Buffer), () => client.abort());
    const { pull, left } = testPull();
    await expect(pull(`${registry.domain}/thing:v1`, { signal: client.signal })).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(left()).toEqual(NOTHING);
  });

  it('sends no login to where it is redirected', async () => {
    const storage = await new LyingRegistry().start();
    try {
      const layer = image.blobs[0] as Buffer;
      storage.blobs.set('/elsewhere', layer);
      registry.guard = (request, response) => {
        if (request.headers.authorization) return false;
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return true;
      };
      registry.lies.set(path('blobs', layer), (_, response) =>
        response.writeHead(307, { location: `http://${storage.domain}/elsewhere` }).end(),
      );
      const { pull, images } = testPull();
      await pull(`${registry.domain}/thing:v1`, { auth: { username: 'u', password: 'p' } });
      expect(images.get(image.id).id).toBe(image.id);
      expect(storage.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
      expect(registry.requests.at(-1)?.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    } finally {
      await storage.stop();
    }
  });

  it('gets a foreign layer from its URLs, without a login, and checks it', async () => {
    const elsewhere = await new LyingRegistry().start();
    try {
      const [layer, other] = image.blobs as [Buffer, Buffer];
      const urls = ['http://127.0.0.1:1/nobody', `http://${elsewhere.domain}/layer`];
      const type = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
      const known = JSON.parse(image.manifest.toString()) as { layers: object[] };
      const layers = [descriptorOf(layer, type, { urls }), known.layers[1]];
      const manifest = Buffer.from(JSON.stringify({ ...known, layers }));
      registry.blobs.delete(path('blobs', layer));
      registry.add('thing', 'v1', manifest, MediaType.ociManifest, [image.config, other]);
      registry.guard = (request, response) => {
        if (request.headers.authorization) return false;
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return true;
      };
      const { pull, images, left } = testPull();
      const auth = { username: 'u', password: 'p' };
      elsewhere.blobs.set('/layer', Buffer.alloc(layer.length));
      await expect(pull(`${registry.domain}/thing:v1`, { auth })).rejects.toMatchObject({ kind: 'InvalidParameter' });
      expect(left()).toEqual(NOTHING);
      elsewhere.blobs.set('/layer', layer);
      await pull(`${registry.domain}/thing:v1`, { auth });
      expect(images.get(image.id).id).toBe(image.id);
      expect(new Set(elsewhere.requests.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
    } finally {
      await elsewhere.stop();
    }
  });

  it('gets a token where the registry says, with the login', async () => {
    const asked: { query: string; authorization: string | undefined }[] = [];
    registry.guard = (request, response) => {
      if (request.url?.startsWith('/token')) {
        asked.push({ query: request.url.slice(7), authorization: request.headers.authorization });
        response.end(JSON.stringify({ token: 'the-token' }));
        return true;
      }
      if (request.headers.authorization === 'Bearer the-token') return false;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.domain}/token",service="s",scope="ignored"` }).end();
      return true;
    };
    const { pull, images } = testPull();
    await pull(`${registry.domain}/thing:v1`, { auth: { username: 'u', password: 'p' } });
    expect(images.get(image.id).id).toBe(image.id);
    expect(asked).toEqual([
      { query: 'service=s&scope=repository%3Athing%3Apull&account=u', authorization: `Basic ${Buffer.from('u:p').toString('base64')}` },
    ]);
  });

  it('sends no login to a token server on plain HTTP elsewhere', async () => {
    registry.guard = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://evil.example/token",service="s"' }).end();
      return true;
    };
    const { pull } = testPull();
    await expect(pull(`${registry.domain}/thing:v1`, { auth: { username: 'u', password: 'p' } })).rejects.toThrow(
      'refusing to send a login to http://evil.example: it is not https',
    );
  });

  function lieAbout(blob: Buffer, lie: (blob: Buffer) => Buffer): void {
    registry.lies.set(path('blobs', blob), (_, response) => void response.end(lie(blob)));
  }
});

/** The manifest with the layers in the wrong order. */
function swapped(image: TestImage): object {
  const manifest = JSON.parse(image.manifest.toString()) as { layers: object[] };
  return { ...manifest, layers: manifest.layers.toReversed() };
}
