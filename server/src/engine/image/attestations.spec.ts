import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../base/digest.js';
import { MediaType } from '../../base/manifest.js';
import { Containers } from '../../container/store.js';
import { descriptorOf, type TestImage, tarOf, testImage } from '../../graph/testing/images.js';
import { type DockerRegistry, startDockerRegistry } from '../../registry/testing/docker-registry.js';
import { ImageAttestations } from './attestations.js';
import { ImageInspect } from './inspect.js';
import { ImageLoad } from './load.js';
import { ManifestSummaries } from './manifest-summaries.js';
import { testContext, testPull } from './testing/pull.js';

const SPDX = 'https://spdx.dev/Document';
const STATEMENT = 'application/vnd.in-toto+json';
const amd64 = { os: 'linux', architecture: 'amd64' };

/** An image with a bill of materials, and one for another platform, in one index. */
async function attested() {
  const image = await testImage([{ file: 'x' }]);
  const other = await testImage([{ file: 'y' }], {}, { os: 'linux', architecture: 's390x' });
  const statement = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', predicateType: SPDX, predicate: { a: 1 } }));
  const empty = Buffer.from('{}');
  const attestation = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: descriptorOf(empty, MediaType.ociConfig),
      layers: [descriptorOf(statement, STATEMENT, { annotations: { 'in-toto.io/predicate-type': SPDX } })],
    }),
  );
  const about = (manifest: Buffer) => ({
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digestOf(manifest) },
    platform: { os: 'unknown', architecture: 'unknown' },
  });
  const manifests = [
    descriptorOf(image.manifest, MediaType.ociManifest, { platform: amd64 }),
    descriptorOf(other.manifest, MediaType.ociManifest, { platform: { os: 'linux', architecture: 's390x' } }),
    descriptorOf(attestation, MediaType.ociManifest, about(image.manifest)),
  ];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests }));
  return { image, other, statement, attestation, empty, index };
}

describe('attestations', () => {
  let registry: DockerRegistry;
  let made: Awaited<ReturnType<typeof attested>>;
  const blobsOf = (image: TestImage) => [image.config, ...image.blobs];

  beforeAll(async () => {
    registry = await startDockerRegistry();
    made = await attested();
    const { image, other, statement, attestation, empty, index } = made;
    for (const each of [image, other])
      await registry.push('a', digestOf(each.manifest), each.manifest, MediaType.ociManifest, blobsOf(each));
    await registry.push('a', digestOf(attestation), attestation, MediaType.ociManifest, [empty, statement]);
    await registry.push('a', 'v1', index, MediaType.ociIndex, []);
  });
  afterAll(() => registry.stop());

  const checkAll = async (store: ReturnType<typeof testPull>, name: string) => {
    const { images, layers, references, database } = store;
    const job = new ImageAttestations(images);
    const descriptor = { mediaType: STATEMENT, digest: digestOf(made.statement), size: made.statement.length };
    const found = await job.run({ name });
    expect(found).toEqual([{ Descriptor: expect.objectContaining(descriptor), PredicateType: SPDX }]);
    expect((await job.run({ name, statement: true }))[0]?.Statement).toEqual(JSON.parse(made.statement.toString()));
    expect(await job.run({ name, type: ['https://slsa.dev/provenance/v1'] })).toEqual([]);
    await expect(job.run({ name, platform: [JSON.stringify({ os: 'linux', architecture: 's390x' })] })).rejects.toThrow(/platform/);
    const inspect = new ImageInspect(images, layers, references, new ManifestSummaries(images, new Containers(database)));
    const { Manifests } = await inspect.run({ name, manifests: true }, testContext());
    expect(Manifests?.map(({ ID, Kind, Available }) => [ID, Kind, Available])).toEqual([
      [digestOf(made.image.manifest), 'image', true],
      [digestOf(made.other.manifest), 'image', false],
      [digestOf(made.attestation), 'attestation', true],
    ]);
    expect(Manifests?.[0]?.ImageData).toMatchObject({ Platform: amd64, Size: { Unpacked: 1 } });
    expect(Manifests?.[2]?.AttestationData).toEqual({ For: digestOf(made.image.manifest) });
  };

  it('come with a pull of the image they are about, and are listed by kind', async () => {
    const store = testPull();
    const name = `${registry.domain}/a:v1`;
    await store.pull(name, { platform: 'linux/amd64' });
    await checkAll(store, name);
  });

  it('come out of an OCI layout', async () => {
    const store = testPull();
    const { image, statement, attestation, empty, index } = made;
    const entry = descriptorOf(index, MediaType.ociIndex, { annotations: { 'io.containerd.image.name': 'docker.io/library/a:v1' } });
    const blob = (content: Buffer) => [`blobs/sha256/${digestOf(content).slice(7)}`, content] as const;
    const archive = await tarOf({
      'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
      'index.json': JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [entry] }),
      ...Object.fromEntries([index, image.manifest, ...blobsOf(image), attestation, empty, statement].map(blob)),
    });
    const load = new ImageLoad(store.images, store.layers, store.references, store.events);
    const chunks = (async function* () {
      yield archive;
    })();
    await load.run({ archive: chunks, progress: () => undefined }, testContext());
    await checkAll(store, 'a:v1');
  });

  it('are none of an image that says nothing of itself', async () => {
    const { images } = testPull();
    images.register({ config: (await testImage([])).config });
    expect(await new ImageAttestations(images).run({ name: images.list()[0]?.id ?? '' })).toEqual([]);
  });
});
