import { Controller, Headers, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../../engine/engine.js';
import { BuildPrune, ImageBuild } from '../../engine/image/index.js';
import type { BuildPruneData, ImageBuildData } from '../generated/types.gen.js';
import { Caller, type EngineCaller, sendJsonLines } from '../http/index.js';

/** Building images. */
@Controller()
export class BuildController {
  constructor(private readonly engine: Engine) {}

  @Post('/build')
  build(
    @Query() query: NonNullable<ImageBuildData['query']>,
    @Headers('x-registry-config') registryConfig: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    return sendJsonLines(reply, (progress) =>
      this.engine.run(ImageBuild, { ...query, registryConfig, body: request.raw, progress }, caller),
    );
  }

  @Post('/build/prune')
  async prune(@Query() query: NonNullable<BuildPruneData['query']>, @Res() reply: FastifyReply, @Caller() caller: EngineCaller) {
    if (!query.stream) return reply.status(200).send(await this.engine.run(BuildPrune, query, caller));
    return sendJsonLines(reply, async (emit) => {
      const deleted = (id: string) => emit({ id, status: 'Deleted' });
      await emit({ aux: await this.engine.run(BuildPrune, { ...query, deleted }, caller) });
    });
  }
}
