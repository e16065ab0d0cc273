import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { debianRoot } from '../fixtures/debian-root.ts';
import { architecture } from '../fixtures/image.ts';
import { must } from '../fixtures/process.ts';

const cache = join(import.meta.dirname, '../../.cache');

/** Tags of the large image, and of one of some 500 MB. */
export const LARGE = 'large:bench';
export const MIDDLE = 'middle:bench';

const wanted = { large: { files: 28_000, bytes: 800e6 }, middle: { files: 0, bytes: 500e6 } };

/**
 * Path of a gzip archive of an image of some 800 MB in 28,000 files, five layers: copies of a minimal Debian's own files,
 * so that sizes, names and compressibility are those of real images. Same files, same archive.
 */
export function largeArchive(): Promise<string> {
  return archiveOf('large', LARGE);
}

/** The same with some 500 MB. */
export function middleArchive(): Promise<string> {
  return archiveOf('middle', MIDDLE);
}

async function archiveOf(kind: keyof typeof wanted, tag: string): Promise<string> {
  const path = join(cache, `${kind}-image.tar.gz`);
  if (existsSync(path)) return path;
  const root = await debianRoot();
  const work = mkdtempSync(join(cache, `${kind}-image-`));
  try {
    const layers = await makeLayers(root, work, wanted[kind]);
    await pack(work, layers, tag);
    await must('sh', ['-c', `tar --sort=name --mtime=@0 -C "$1" -cf - . | gzip -6 -n > "$2.part"`, 'sh', work, path], {
      timeoutMs: 600_000,
    });
    renameSync(`${path}.part`, path);
  } finally {
    rmSync(work, { recursive: true });
  }
  return path;
}

/** Numbers of files and bytes below a folder. */
async function sizeOf(root: string): Promise<{ files: number; bytes: number }> {
  const list = await must('find', [root, '-type', 'f', '-printf', '%s\\n']);
  const sizes = list.split('\n').map(Number);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Whole copies of its /usr until there are enough files and enough bytes; each is a layer. */
async function makeLayers(root: string, work: string, least: { files: number; bytes: number }): Promise<string[]> {
  const one = await sizeOf(join(root, 'usr'));
  const copies = Math.max(Math.round(least.files / one.files), Math.round(least.bytes / one.bytes));
  const layers: string[] = [];
  for (let copy = 0; copy < copies; copy++) {
    const name = `layer-${copy}.tar`;
    const same = ['--sort=name', '--mtime=@0', '--numeric-owner', `--transform=flags=rSh;s,^usr,copy-${copy},`];
    await must('tar', [...same, '-C', root, '-cf', join(work, name), 'usr'], { timeoutMs: 120_000 });
    layers.push(name);
  }
  return layers;
}

/** Writes config and manifest.json beside the layers, as in a `docker save` archive. */
async function pack(work: string, layers: readonly string[], tag: string): Promise<void> {
  const digests = await Promise.all(layers.map((name) => digestOf(join(work, name))));
  const config = {
    architecture,
    os: 'linux',
    created: '2024-01-02T03:04:05Z',
    config: { Cmd: ['true'] },
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: layers.map((name) => ({ created: '2024-01-02T03:04:05Z', created_by: name })),
  };
  const text = JSON.stringify(config);
  const name = `${createHash('sha256').update(text).digest('hex')}.json`;
  writeFileSync(join(work, name), text);
  writeFileSync(join(work, 'manifest.json'), JSON.stringify([{ Config: name, RepoTags: [tag], Layers: layers }]));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
