import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { pack, type Header } from 'tar-stream';
import type { GraphDriver, UnpackedLayer } from './driver.js';

/** A GraphDriver whose background work a test can wait for. */
export type GraphDriverUnderTest = GraphDriver & { settled(): Promise<void> };

/** One entry of a layer tar for a test; `content` of a file. */
export type LayerEntry = Partial<Header> & { readonly name: string; readonly content?: string | Buffer };

/** A layer tar made of `entries`, in their order. */
export async function layerTar(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry({ mtime: new Date(1_700_000_000_000), ...header } as Header, content ?? '');
  tar.finalize();
  return buffer(tar);
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Unpacks `tar` in pieces of `piece` bytes and commits it as layer `id`. */
export async function commitLayer(
  driver: GraphDriver,
  tar: Buffer,
  id: string,
  parent?: string,
  piece = 64 * 1024,
): Promise<UnpackedLayer> {
  const stage = await driver.stage();
  try {
    for (let at = 0; at < tar.length; at += piece) await stage.write(tar.subarray(at, at + piece));
  } catch (error) {
    await stage.abort();
    throw error;
  }
  const unpacked = await stage.end();
  try {
    await driver.commit(stage, id, parent);
  } catch (error) {
    await driver.discard(stage);
    throw error;
  }
  return unpacked;
}

/** Runs a shell script in the mounted layer `id`, in a mount namespace of its own; gives what it prints. */
export async function inLayer(driver: GraphDriver, id: string, script: string): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), 'slipway-layer-'));
  try {
    const [mount] = await driver.mounts(id);
    if (!mount) throw new Error(`layer ${id} has no mounts`);
    const options = mount.options.map((option) => (option === 'rbind' ? 'bind' : option)).join(',');
    const type = mount.type === 'overlay' ? '-t overlay' : '';
    const command = `mount ${type} -o '${options}' '${mount.source}' '${target}' && cd '${target}' && ${script}`;
    const { stdout } = await promisify(execFile)('unshare', ['--mount', '--propagation', 'private', 'sh', '-ec', command]);
    return stdout;
  } finally {
    await rm(target, { recursive: true });
  }
}
