import { Controller, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidParameter } from '../../../base/errors.js';
import { ImageBuilding, type BuildOrder } from '../../../deploy/image-building.js';
import { ImagePushing } from '../../../deploy/image-pushing.js';
import type { DashboardImageBuildData, TaskReference } from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller } from '../../http/index.js';
import { Deployments } from '../../live/deployments.js';

/** Builds that go on when the page is left. */
@Controller('dashboard/images')
export class ImageBuildController {
  constructor(
    private readonly building: ImageBuilding,
    private readonly pushing: ImagePushing,
    private readonly deployments: Deployments,
  ) {}

  @Post('build')
  async build(
    @Query() { tag, remote, dockerfile, target, args, noCache = false, pull = false }: DashboardImageBuildData['query'],
    @Req() request: FastifyRequest,
    @Caller() { signal }: EngineCaller,
  ): Promise<TaskReference> {
    const image = this.pushing.target(tag);
    const order: BuildOrder = { image, remote, dockerfile, target, noCache, pull, args: argumentsOf(args ?? []) };
    const context = await this.building.receive(request.raw, signal);
    const work: Parameters<Deployments['begin']>[2] = (report, calledOff) => this.building.run(order, context, report, calledOff);
    return { task: this.deployments.begin(`image ${image}`, image, work) };
  }
}

/** @param lines `NAME=value` each @throws InvalidParameter */
function argumentsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
      if (name === undefined || value === undefined) throw invalidParameter(`a build argument is NAME=value, not ${line}`);
      return [name, value];
    }),
  );
}
