import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../../engine/engine.js';
import { ContainerExec, ExecInspect, ExecResize, ExecStart } from '../../engine/exec/index.js';
import { pumpWhenReady } from '../container/pump.js';
import type { ExecConfig, ExecResizeData, ExecStartConfig } from '../generated/types.gen.js';
import { Caller, hijack, streamType, type EngineCaller } from '../http/index.js';

/** Further processes in running containers. */
@Controller()
export class ExecController {
  constructor(private readonly engine: Engine) {}

  @Post('/containers/:id/exec')
  create(@Param('id') id: string, @Body() config: ExecConfig, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerExec, { id, config }, caller);
  }

  @Post('/exec/:id/start')
  async start(
    @Param('id') id: string,
    @Body() config: ExecStartConfig | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    const { tty, streams } = await this.engine.run(ExecStart, { id, config: config ?? {} }, caller);
    if (config?.Detach) return reply.status(200).send();
    return pumpWhenReady(hijack(request, reply, streamType(request, tty)), tty, streams);
  }

  @Post('/exec/:id/resize')
  resize(@Param('id') id: string, @Query() query: NonNullable<ExecResizeData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ExecResize, { ...query, id }, caller);
  }

  @Get('/exec/:id/json')
  inspect(@Param('id') id: string, @Caller() caller: EngineCaller) {
    return this.engine.run(ExecInspect, { id }, caller);
  }
}
