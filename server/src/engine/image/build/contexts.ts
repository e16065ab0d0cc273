import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../../base/errors.js';
import { LARGEST_DOCKERFILE } from '../../../builder/dockerfile/source.js';
import type { Rootfs } from '../../../drivers/execdriver/driver.js';
import { checkOut, isGit, parseGitUrl } from '../../git/index.js';
import type { Progress } from '../progress.js';
import { applyIgnore, readDockerfile, readLimited } from './context.js';
import { Downloads } from './downloads.js';
import { WorkFolders } from './work-folders.js';

export interface ContextRequest {
  /** A tar, compressed or not; not read when there is a remote. */
  readonly body: AsyncIterable<unknown>;
  /** Git repository, or URL of a tar or a Dockerfile. */
  readonly remote?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly progress: Progress;
}

type Work<T> = (context: Rootfs, dockerfile: string) => Promise<T>;

/** What is built: a tree of files and the Dockerfile for it. */
@Injectable()
export class Contexts {
  constructor(
    private readonly folders: WorkFolders,
    private readonly downloads: Downloads,
  ) {}

  /** Makes the context, which is there until `work` has settled. @throws InvalidParameter for a bad archive, or one without a Dockerfile */
  use<T>(request: ContextRequest, signal: AbortSignal, work: Work<T>): Promise<T> {
    const { remote = '' } = request;
    if (remote === '') return this.unpacked(request, until(signal, request.body), work);
    if (isGit(remote)) return this.checkedOut(request, remote, signal, work);
    if (!/^https?:\/\//.test(remote))
      throw invalidParameter(`remote context ${JSON.stringify(remote)} is neither a git repository nor a URL`);
    return this.downloaded(request, remote, signal, work);
  }

  private unpacked<T>(request: ContextRequest, tar: AsyncIterable<Buffer>, work: Work<T>): Promise<T> {
    return this.folders.use(async (context, path) => {
      await context.unpack('/', tar, { keepKinds: false });
      return this.ready(request, context, path, work);
    });
  }

  private checkedOut<T>(request: ContextRequest, remote: string, signal: AbortSignal, work: Work<T>): Promise<T> {
    const place = parseGitUrl(remote);
    return this.folders.use(async (_, path) => {
      const { folder } = await checkOut(place, path, signal);
      return this.folders.open(folder, (context) => this.ready(request, context, folder, work));
    });
  }

  /** What is no tar is a Dockerfile for an empty context. */
  private downloaded<T>(request: ContextRequest, url: string, signal: AbortSignal, work: Work<T>): Promise<T> {
    return this.downloads.use(url, request.progress, signal, async ({ folder, name }) => {
      if (await folder.isTar(`/${name}`)) return this.unpacked(request, folder.read(`/${name}`) as AsyncIterable<Buffer>, work);
      const dockerfile = await readLimited(folder.read(`/${name}`), url, LARGEST_DOCKERFILE);
      return this.folders.use((context) => work(context, dockerfile.toString('utf8')));
    });
  }

  private async ready<T>(request: ContextRequest, context: Rootfs, path: string, work: Work<T>): Promise<T> {
    const dockerfile = await readDockerfile(context, request.dockerfile);
    await applyIgnore(context, path);
    return work(context, dockerfile);
  }
}

async function* until(signal: AbortSignal, body: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    signal.throwIfAborted();
    yield chunk as Buffer;
  }
}
