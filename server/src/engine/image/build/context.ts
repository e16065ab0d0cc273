import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { invalidParameter, kindOf } from '../../../base/errors.js';
import { type Ignore, LARGEST_IGNORE, parseIgnore } from '../../../builder/dockerfile/ignore.js';
import { LARGEST_DOCKERFILE } from '../../../builder/dockerfile/source.js';
import type { Rootfs } from '../../../drivers/execdriver/driver.js';

const DEFAULT = 'Dockerfile';

/**
 * Reads the Dockerfile of a context.
 * @param path in the context; undefined: Dockerfile, or dockerfile
 * @throws InvalidParameter when there is none, or an empty one
 */
export async function readDockerfile(context: Rootfs, path: string | undefined): Promise<string> {
  const names = path === undefined || path === DEFAULT ? [DEFAULT, DEFAULT.toLowerCase()] : [path];
  for (const name of names) {
    const content = await readText(context, name, LARGEST_DOCKERFILE);
    if (content?.trim() === '') throw invalidParameter(`the Dockerfile (${name}) cannot be empty`);
    if (content !== undefined) return content;
  }
  throw invalidParameter(`Cannot locate specified Dockerfile: ${names[0]}`);
}

/** Deletes from a context what its .dockerignore leaves out. @param folder the context's place on the host, which nobody else writes to */
export async function applyIgnore(context: Rootfs, folder: string): Promise<void> {
  const content = await readText(context, '.dockerignore', LARGEST_IGNORE);
  if (content === undefined) return;
  await deleteIgnored(parseIgnore(content), folder, '');
}

/** Follows no symlink: a folder is one only if it is one itself. */
async function deleteIgnored(ignore: Ignore, root: string, below: string): Promise<void> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const ignored = ignore.ignores(path);
    if (entry.isDirectory() && (!ignored || ignore.hasExceptions)) {
      await deleteIgnored(ignore, root, path);
      if (ignored && (await readdir(join(root, path))).length === 0) await rm(join(root, path), { recursive: true });
    } else if (ignored) await rm(join(root, path), { recursive: true });
  }
}

async function readText(context: Rootfs, path: string, limit: number): Promise<string | undefined> {
  try {
    return (await readLimited(context.read(path), path, limit)).toString('utf8');
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

/** @throws InvalidParameter when there is more */
export async function readLimited(stream: Readable, name: string, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) throw invalidParameter(`${name} is larger than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
