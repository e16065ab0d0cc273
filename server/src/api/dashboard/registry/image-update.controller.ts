import { Body, Controller, Get, Post } from '@nestjs/common';
import { ImageUpdates } from '../../../deploy/image-updates.js';
import { ImagePushing } from '../../../deploy/image-pushing.js';
import type { ImagePushRequest, ImageUpdate, TaskReference } from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller } from '../../http/index.js';
import { toImageUpdate } from '../../live/answers.js';
import { Deployments } from '../../live/deployments.js';

/** Images and the registries they come from and go to. */
@Controller('dashboard/images')
export class ImageUpdateController {
  constructor(
    private readonly updates: ImageUpdates,
    private readonly pushing: ImagePushing,
    private readonly deployments: Deployments,
  ) {}

  @Get('updates')
  async list(): Promise<ImageUpdate[]> {
    return (await this.updates.list()).map(toImageUpdate);
  }

  @Post('updates')
  async check(@Caller() { signal }: EngineCaller): Promise<ImageUpdate[]> {
    return (await this.updates.check(signal ?? new AbortController().signal)).map(toImageUpdate);
  }

  @Post('push')
  push(@Body() { reference }: ImagePushRequest): TaskReference {
    const image = this.pushing.target(reference);
    const task = this.deployments.begin(`image ${image}`, image, (report, signal) => this.pushing.run(image, report, signal));
    return { task };
  }
}
