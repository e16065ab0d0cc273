import { close, constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { conflict, forbidden, invalidParameter, KindError, notFound, systemError } from '../../base/errors.js';
import { archiveError } from '../../libcontainer/archive-error.js';
import { archiveStream } from '../../libcontainer/archive-stream.js';
import { archive, runtime } from '../../libcontainer/index.js';
import type { PathStat, Rootfs, RootfsRequest, UnpackOptions } from './driver.js';

const closeDescriptor = promisify(close);
/** Not in node:fs: open(2) for a handle that reads nothing. */
const O_PATH = 0o10000000;
/** What opening a path of a process that has ended answers. */
const ENDED = new Set(['ENOENT', 'ESRCH']);

/** The rootfs that process `pid` sees; undefined when it has ended. @param cgroup its container's */
export async function openProcessRootfs(pid: number, cgroup: string): Promise<Rootfs | undefined> {
  try {
    await using undo = new AsyncDisposableStack();
    const handle = undo.use(await open(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY));
    // Asked after the opening: a process of the container is there still, so the number was its own then, too.
    if (!(await isIn(pid, cgroup))) return undefined;
    const held = undo.move();
    return new NativeRootfs(handle.fd, () => held.disposeAsync());
  } catch (error) {
    if (ENDED.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether process `pid` is in `cgroup` or one below it. cgroups(7), "/proc/pid/cgroup" */
async function isIn(pid: number, cgroup: string): Promise<boolean> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n');
  return lines.some((line) => `${line.split(':').slice(2).join(':')}/`.startsWith(`${cgroup}/`));
}

/** A rootfs that no process shows. */
export async function viewRootfs(request: RootfsRequest): Promise<Rootfs> {
  const { root, space } = await runtime.viewRootfs(JSON.stringify(request));
  return new NativeRootfs(root, async () => {
    await closeDescriptor(root);
    await closeDescriptor(space);
  });
}

class NativeRootfs implements Rootfs {
  private readonly root: string;

  constructor(
    descriptor: number,
    readonly close: () => Promise<void>,
  ) {
    this.root = `/proc/self/fd/${descriptor}`;
  }

  async stat(path: string): Promise<PathStat> {
    return settled(archive.stat(this.root, path));
  }

  pack(path: string, name: string): Readable {
    return archiveStream(archive.pack(this.root, path, name), rootfsError);
  }

  packAll(): Readable {
    return archiveStream(archive.packRootfs(this.root));
  }

  packChanges(below: Rootfs): Readable {
    if (!(below instanceof NativeRootfs)) throw systemError('file systems of two drivers cannot be compared');
    return archiveStream(archive.packChanges(this.root, below.root), rootfsError);
  }

  async unpack(path: string, tar: AsyncIterable<Buffer>, options: UnpackOptions): Promise<void> {
    const writer = archive.unpackInto(this.root, path, options);
    try {
      for await (const chunk of tar) await writer.write(chunk);
      await writer.end();
    } catch (error) {
      await writer.abort();
      throw rootfsError(error);
    }
  }

  names(path: string): Promise<string[]> {
    return settled(archive.listNames(this.root, path));
  }

  digest(path: string): Promise<string> {
    return settled(archive.digestTree(this.root, path));
  }

  read(path: string): Readable {
    return archiveStream(archive.readFile(this.root, path), rootfsError);
  }

  isTar(path: string): Promise<boolean> {
    return settled(archive.isTar(this.root, path));
  }

  makeFolder(path: string): Promise<void> {
    return settled(archive.makeFolder(this.root, path));
  }

  async move(from: string, to: string): Promise<void> {
    try {
      await archive.movePath(this.root, from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw rootfsError(error);
      await this.moveByCopy(from, to);
    }
  }

  remove(path: string): Promise<void> {
    return settled(archive.removePath(this.root, path));
  }

  /** As mv(1) does where rename(2) cannot: a folder of the image, or another file system. */
  private async moveByCopy(from: string, to: string): Promise<void> {
    try {
      await this.unpack(posix.dirname(to), this.pack(from, posix.basename(to)), { keepKinds: true });
    } catch (error) {
      await this.remove(to);
      throw error;
    }
    await this.remove(from);
  }
}

async function settled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw rootfsError(error);
  }
}

/** What was asked of a path in a rootfs cannot be: the caller's fault, where it is. */
function rootfsError(error: unknown): Error {
  if (error instanceof KindError) return error;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const named = `${syscall}: "${path}"`;
  if (code === 'ENOENT' || code === 'ELOOP') return notFound(named, error);
  if (code === 'ENOTDIR' || code === 'EISDIR') {
    return invalidParameter(syscall?.startsWith('cannot') ? named : `not a directory: "${path}"`, error);
  }
  if (code === 'EINVAL') return invalidParameter(named, error);
  if (code === 'EEXIST') return conflict(`"${path}" is there already`, error);
  if (code === 'EBUSY') return conflict(named, error);
  if (code === 'ENAMETOOLONG') return invalidParameter('file name too long', error);
  if (code === 'EROFS') return forbidden(`read-only file system: "${path}"`, error);
  return archiveError(error);
}
