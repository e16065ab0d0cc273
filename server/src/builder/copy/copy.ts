import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { invalidParameter } from '../../base/errors.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { findStage } from '../dockerfile/dockerfile.js';
import { withPrefix } from '../errors.js';
import type { StepLayer } from '../worker.js';
import { heredocSources } from './heredoc-sources.js';
import { place, type Placement } from './place.js';
import type { CopyScene } from './scene.js';
import { type CopySource, findSources } from './sources.js';

/** Makes the step: `description` stands for all that it depends on, `work` copies the files. */
type Make = (description: string, work: () => Promise<StepLayer | undefined>) => Promise<void>;

/** Copies files of the build context, of another stage or image, of a URL, or of the Dockerfile itself into an image. */
export async function copy(scene: CopyScene, make: Make): Promise<void> {
  const { instruction, expand, build } = scene;
  const sources = instruction.sources.map((source) => expand.word(source));
  const remote = instruction.name === 'ADD' ? sources.filter(isUrl) : [];
  const local = sources.filter((source) => !remote.includes(source));
  if (instruction.checksum !== undefined && (local.length > 0 || remote.length !== 1)) {
    throw invalidParameter('ADD --checksum is for one URL');
  }
  await withFiles(scene, async (files) => {
    const found = await findSources(files, local, instruction, build.context === files);
    await withDownloads(scene, remote, [...found, ...heredocSources(scene)], (all) => copySources(scene, all, make));
  });
}

function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** The tree that is copied from. */
async function withFiles(scene: CopyScene, work: (files: Rootfs) => Promise<void>): Promise<void> {
  const { build, stage, instruction } = scene;
  if (instruction.from === undefined) return work(build.context);
  const earlier = findStage(build.dockerfile.stages, instruction.from, stage.index);
  const image = earlier ? await build.stage(earlier) : await namedImage(scene, instruction.from);
  return build.worker.read(image, work);
}

async function namedImage({ build, lane }: CopyScene, name: string) {
  try {
    return await build.worker.base(name, build.platform, lane);
  } catch (error) {
    throw withPrefix(error, `invalid from flag value ${name}`);
  }
}

/** Downloads one after the other; each lasts until the files are copied. */
async function withDownloads(
  scene: CopyScene,
  urls: readonly string[],
  sources: readonly CopySource[],
  work: (all: readonly CopySource[]) => Promise<void>,
): Promise<void> {
  const [url, ...rest] = urls;
  if (url === undefined) return work(sources);
  const { build, lane, instruction } = scene;
  await build.worker.download(url, lane, build.signal, async ({ folder, name, digest }) => {
    if (instruction.checksum !== undefined && digest !== instruction.checksum) {
      throw invalidParameter(`digest mismatch ${url}: ${digest}, expected: ${instruction.checksum}`);
    }
    const source: CopySource = { files: folder, path: `/${name}`, name: nameOf(url), folder: false, extract: false, digest };
    await withDownloads(scene, rest, [...sources, source], work);
  });
}

/** The last part of a URL's path; '' when it has none. */
function nameOf(url: string): string {
  const name = posix.basename(new URL(url).pathname);
  return name === '/' ? '' : decodeURIComponent(name).replace(/[/\0]/g, '');
}

async function copySources(scene: CopyScene, sources: readonly CopySource[], make: Make): Promise<void> {
  const { instruction, expand, workingDir, build, image } = scene;
  if (sources.length === 0) throw invalidParameter(`No source files were specified`);
  const written = expand.word(instruction.destination);
  const destination = posix.resolve('/', workingDir, written) + (/(^|\/)\.?$/.test(written) ? '/' : '');
  if (sources.length > 1 && !destination.endsWith('/')) {
    throw invalidParameter(
      `When using ${instruction.name} with more than one source file, the destination must be a directory and end with a /`,
    );
  }
  const chown = instruction.chown === undefined ? undefined : expand.word(instruction.chown);
  const mode = instruction.chmod === undefined ? undefined : parseMode(expand.word(instruction.chmod));
  const flags = [...(chown === undefined ? [] : [`--chown=${chown}`]), ...(mode === undefined ? [] : [`--chmod=${mode.toString(8)}`])];
  const description = [instruction.name, ...flags, contentName(sources), 'in', destination, ''].join(' ');
  await make(description, async () => {
    const owner = chown === undefined ? { uid: 0, gid: 0 } : await build.worker.owner(image, chown);
    const placement: Placement = { destination, owner, mode, keepOwners: chown === undefined };
    return build.worker.write(image, async (rootfs) => {
      for (const source of sources) await place(rootfs, source, placement);
    });
  });
}

/** What history calls the files, as Docker does: file:…, dir:… or multi:… with a digest of what they are and are called. */
function contentName(sources: readonly CopySource[]): string {
  const [first] = sources;
  const kind = sources.length > 1 ? 'multi' : first?.folder ? 'dir' : 'file';
  const all = sources.map(({ name, folder, extract, digest }) => [folder ? '' : name, extract, digest]);
  return `${kind}:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
}

function parseMode(text: string): number {
  if (!/^[0-7]{1,5}$/.test(text) || Number.parseInt(text, 8) > 0o7777)
    throw invalidParameter(`invalid --chmod=${text}: expected octal digits such as 0755`);
  return Number.parseInt(text, 8);
}
