import { createHash, randomFillSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { architecture, image } from '../fixtures/image.ts';
import type { Descriptor, Registry } from '../fixtures/registry.ts';
import { type Entry, file, folder, tar } from '../fixtures/tar.ts';

/** An image of 10 layers with 20,000 files of some hundred bytes each. */
export async function smallFilesImage(registry: Registry): Promise<string> {
  const layers: Buffer[] = [];
  for (let layer = 0; layer < 10; layer++) layers.push(await tar(smallFiles(`layer-${layer}`)));
  await registry.publish('small', 'bench', image(layers));
  return `${registry.address}/small:bench`;
}

function smallFiles(top: string): Entry[] {
  const entries = [folder(top)];
  for (let index = 0; index < 200; index++) {
    const name = `${top}/${index}`;
    entries.push(folder(name));
    for (let each = 0; each < 100; each++) entries.push(file(`${name}/${each}.txt`, `${name} ${each}\n`.repeat(10)));
  }
  return entries;
}

const MEBIBYTE = 1 << 20;

/** An image of 5 GB in 20 layers of one file each, a quarter of which does not compress. */
export async function hugeImage(registry: Registry): Promise<string> {
  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (let layer = 0; layer < 20; layer++) {
    const { compressed, diffId } = await hugeLayer(`file-${layer}`, 256);
    layers.push(await registry.putLayer('huge', compressed));
    diffIds.push(diffId);
  }
  const rootfs = { type: 'layers', diff_ids: diffIds };
  await registry.putImage('huge', 'bench', Buffer.from(JSON.stringify({ architecture, os: 'linux', config: {}, rootfs })), layers);
  return `${registry.address}/huge:bench`;
}

async function hugeLayer(name: string, mebibytes: number): Promise<{ compressed: Buffer; diffId: string }> {
  const archive = pack();
  const hash = createHash('sha256');
  const blocks = function* () {
    for (let index = 0; index < mebibytes; index++) yield randomFillSync(Buffer.alloc(MEBIBYTE, name), 0, MEBIBYTE / 4);
  };
  const hashed = async function* () {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const written = pipeline(Readable.from(blocks()), archive.entry({ name, size: mebibytes * MEBIBYTE })).then(() => archive.finalize());
  const compressed = await buffer(Readable.from(hashed()).pipe(createGzip({ level: 1 })));
  await written;
  return { compressed, diffId: `sha256:${hash.digest('hex')}` };
}
