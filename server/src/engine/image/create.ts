import { Injectable } from '@nestjs/common';
import type { ImageCreateData } from '../../api/generated/types.gen.js';
import { isDigest } from '../../base/digest.js';
import { invalidParameter } from '../../base/errors.js';
import { parsePlatform } from '../../base/platform.js';
import { parseReference, parseTag, type Reference } from '../../base/reference.js';
import { parseRegistryAuth } from '../../registry/credentials.js';
import type { Job, JobContext } from '../job.js';
import { ImageImport } from './import.js';
import type { Progress } from './progress.js';
import { ImagePull } from './pull/pull.js';

export interface ImageCreateParams extends NonNullable<ImageCreateData['query']> {
  /** The header X-Registry-Auth. */
  readonly auth?: string | undefined;
  /** The tar to import, when fromSrc is "-". */
  readonly body?: AsyncIterable<unknown>;
  readonly progress: Progress;
}

/** Pulls an image, or all images of a repository, or makes one of a tar. */
@Injectable()
export class ImageCreate implements Job<ImageCreateParams, void> {
  constructor(
    private readonly images: ImagePull,
    private readonly imports: ImageImport,
  ) {}

  async run(params: ImageCreateParams, { signal }: JobContext): Promise<void> {
    if (params.fromSrc) {
      const { fromSrc: source, repo = '', tag, message, changes = [], platform, body, progress } = params;
      return this.imports.import({ source, repo, tag, message, changes, platform, body, progress, signal });
    }
    if (!params.fromImage) throw invalidParameter('parameter fromImage is missing');
    await this.images.pull({
      reference: wantedReference(params.fromImage, params.tag),
      platform: params.platform ? parsePlatform(params.platform) : undefined,
      credentials: parseRegistryAuth(params.auth),
      progress: params.progress,
      signal,
    });
  }
}

/** `tag` may be a digest; a digest in the name wins over both, a tag over the one in the name. @throws InvalidParameter */
function wantedReference(name: string, tag: string | undefined): Reference {
  const reference = parseReference(name.replace(/^https?:\/\//, ''));
  if (reference.digest !== undefined || !tag) return reference;
  return isDigest(tag) ? { ...reference, tag: undefined, digest: tag } : { ...reference, tag: parseTag(tag) };
}
