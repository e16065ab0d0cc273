import { pack } from 'tar-stream';
import { kindOf } from '../base/errors.js';
import type { Rootfs } from '../drivers/execdriver/driver.js';
import type { BuildWorker, BuiltImage, Owner, StepLayer } from './worker.js';

/** Makes a folder and those above it where they are missing; symlinks on the way are followed inside the image. */
export async function makeFolders(worker: BuildWorker, image: BuiltImage, path: string): Promise<StepLayer | undefined> {
  return worker.write(image, (rootfs) => ensureFolder(rootfs, path));
}

/** @throws InvalidParameter when something on the way is no folder */
export async function ensureFolder(rootfs: Rootfs, path: string, { uid, gid }: Owner = { uid: 0, gid: 0 }): Promise<void> {
  const names = path.split('/').filter((name) => name !== '');
  const existing = await depth(rootfs, names);
  if (existing === names.length) return;
  const tar = pack();
  for (let end = 1; end <= names.length - existing; end++) {
    tar.entry({ name: names.slice(existing, existing + end).join('/'), type: 'directory', mode: 0o755, uid, gid, mtime: new Date() });
  }
  tar.finalize();
  await rootfs.unpack(`/${names.slice(0, existing).join('/')}`, tar as AsyncIterable<Buffer>, { keepKinds: true });
}

/** How many of the folders are there. */
async function depth(rootfs: Rootfs, names: readonly string[]): Promise<number> {
  for (let count = names.length; count > 0; count--) {
    try {
      await rootfs.stat(`/${names.slice(0, count).join('/')}/`);
      return count;
    } catch (error) {
      if (kindOf(error) !== 'NotFound') throw error;
    }
  }
  return 0;
}
