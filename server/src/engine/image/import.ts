import { Injectable } from '@nestjs/common';
import { cancelled, invalidParameter, messageOf, unavailable } from '../../base/errors.js';
import { hostPlatform, parsePlatform } from '../../base/platform.js';
import { familiar } from '../../base/reference.js';
import { nowRfc3339 } from '../../container/time.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { applyChanges } from '../../builder/dockerfile/apply-changes.js';
import { publishImageEvent } from './events.js';
import { importedConfig } from './new-config.js';
import type { Progress } from './progress.js';
import { stageTar } from './stage-tar.js';
import { newName } from './tag.js';

export interface ImportRequest {
  /** "-" for `body`, else where to download the tar from. */
  readonly source: string;
  readonly body: AsyncIterable<unknown> | undefined;
  /** Name the image gets; '' for none. May have a tag, unless `tag` is given. */
  readonly repo: string;
  readonly tag: string | undefined;
  readonly message: string | undefined;
  readonly changes: readonly string[];
  readonly platform: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Makes images of one tar, such as `docker export` gives. */
@Injectable()
export class ImageImport {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly events: Events,
  ) {}

  /** @throws InvalidParameter for a bad tar, name, change or platform; System when it cannot be downloaded */
  async import(request: ImportRequest): Promise<void> {
    const { progress, signal } = request;
    const name = request.repo ? newName(request.repo, request.tag) : undefined;
    const config = applyChanges({}, request.changes);
    const platform = request.platform ? parsePlatform(request.platform) : hostPlatform;
    const message = request.message || `Imported from ${request.source}`;
    const lease = this.layers.lease();
    try {
      const { stage, unpacked } = await stageTar(this.layers, await openSource(request), signal);
      const { diffId } = await lease.commit(stage, unpacked, undefined);
      await this.layers.persist();
      const json = importedConfig(platform, config, nowRfc3339(), message, diffId);
      const id = this.images.register({ config: json, references: name ? [name] : [] });
      publishImageEvent(this.events, 'import', { config }, id, name ? familiar(name) : id);
      await progress({ status: id });
    } catch (error) {
      throw signal.aborted ? cancelled('the import was cancelled', error) : error;
    } finally {
      await lease.release();
    }
  }
}

async function openSource({ source, body, progress, signal }: ImportRequest): Promise<AsyncIterable<unknown>> {
  if (source === '-') {
    if (!body) throw invalidParameter('there is no archive to import');
    return body;
  }
  const url = /^https?:\/\//.test(source) ? source : `http://${source}`;
  if (!URL.canParse(url)) throw invalidParameter(`invalid source ${source}: give "-" or a URL`);
  await progress({ status: `Downloading from ${url}` });
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw unavailable(`could not download ${url}: ${messageOf((error as Error).cause ?? error)}`, error);
  });
  if (!response.ok || !response.body) throw unavailable(`could not download ${url}: HTTP status ${response.status} ${response.statusText}`);
  return response.body;
}
