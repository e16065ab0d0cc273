import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { newId } from '../base/ids.js';
import { Engine } from '../engine/engine.js';
import { ImageBuild, type ImageBuildParams } from '../engine/image/build.js';
import { RegistryLogins } from '../registry/logins.js';
import type { Report } from './report.js';

/** What an image is built of, and how. */
export interface BuildOrder {
  /** Name of the image, with its tag. */
  readonly image: string;
  /** Git repository, or URL of a tar or a Dockerfile; undefined for the uploaded context. */
  readonly remote: string | undefined;
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  /** Arguments of the build by their names. */
  readonly args: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly pull: boolean;
}

/** Builds images for the page, whose upload has ended before the build begins: it goes on without the page. */
@Injectable()
export class ImageBuilding {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'dataRoot'>,
    private readonly engine: Engine,
    private readonly logins: RegistryLogins,
  ) {}

  /** Takes in the tar of a context. @returns its file, which `run` removes */
  async receive(body: AsyncIterable<unknown>, signal: AbortSignal | undefined): Promise<string> {
    const folder = join(this.config.dataRoot, 'tmp');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `context-${newId()}.tar`);
    try {
      await pipeline(body, createWriteStream(path, { mode: 0o600 }), { ...(signal && { signal }) });
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** @param context what `receive` gave */
  async run(order: BuildOrder, context: string, report: Report, signal: AbortSignal): Promise<void> {
    const subject = `image ${order.image}`;
    let lines = 0;
    const tell = (output: string) => report({ subject, part: `line ${lines++}`, status: '', output });
    report({ subject, status: 'Building' });
    try {
      const params: ImageBuildParams = {
        t: [order.image],
        rm: true,
        ...(order.remote && { remote: order.remote }),
        ...(order.dockerfile && { dockerfile: order.dockerfile }),
        ...(order.target && { target: order.target }),
        ...(order.pull && { pull: '1' }),
        nocache: order.noCache,
        buildargs: JSON.stringify(order.args),
        registryConfig: this.logins.configHeader(),
        body: createReadStream(context),
        progress: ({ id, status, stream, progressDetail }) => {
          if (stream) tell(stream);
          else if (id && status && /^[0-9a-f]{12}/.test(id))
            report({ subject, part: id, status, done: /complete|exists/.test(status), ...progressDetail });
        },
      };
      await this.engine.run(ImageBuild, params, { signal });
      report({ subject, status: 'Built', done: true });
    } finally {
      await rm(context, { force: true });
    }
  }
}
