import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Job } from '../job.js';
import { ImageGetAll } from './get-all.js';

export interface ImageGetParams {
  /** Name, ID, or a repository, which stands for all its tags. */
  readonly name: string;
  /** JSON of OCI platforms: just these; all that are here when left out. */
  readonly platform?: readonly string[];
}

/** Saves one image, or all of a repository. */
@Injectable()
export class ImageGet implements Job<ImageGetParams, Readable> {
  constructor(private readonly all: ImageGetAll) {}

  run({ name, platform }: ImageGetParams): Promise<Readable> {
    return this.all.run({ names: [name], platform });
  }
}
