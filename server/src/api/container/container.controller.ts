import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  ContainerCreate,
  ContainerDelete,
  ContainerInspect,
  ContainerKill,
  ContainerList,
  ContainerPause,
  ContainerPrune,
  ContainerRename,
  ContainerResize,
  ContainerRestart,
  ContainerStart,
  ContainerStop,
  ContainerTop,
  ContainerUnpause,
  ContainerUpdate,
  ContainerWait,
} from '../../engine/container/index.js';
import { Engine } from '../../engine/engine.js';
import type {
  ContainerCreateData,
  ContainerDeleteData,
  ContainerInspectData,
  ContainerKillData,
  ContainerListData,
  ContainerPruneData,
  ContainerRenameData,
  ContainerResizeData,
  ContainerStopData,
  ContainerTopData,
  ContainerUpdateRequest,
  ContainerWaitData,
} from '../generated/types.gen.js';
import { Caller, sendLater, type EngineCaller } from '../http/index.js';

type QueryOf<Data extends { query?: unknown }> = NonNullable<Data['query']>;

/** Containers: what is asked and answered once. */
@Controller('/containers')
export class ContainerController {
  constructor(private readonly engine: Engine) {}

  @Get('/json')
  list(@Query() query: QueryOf<ContainerListData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerList, query, caller);
  }

  @Post('/create')
  create(@Query() query: QueryOf<ContainerCreateData>, @Body() body: ContainerCreateData['body'], @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerCreate, { ...query, body }, caller);
  }

  @Post('/prune')
  prune(@Query() query: QueryOf<ContainerPruneData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerPrune, query, caller);
  }

  @Get('/:id/json')
  inspect(@Param('id') id: string, @Query() query: QueryOf<ContainerInspectData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerInspect, { ...query, id }, caller);
  }

  @Get('/:id/top')
  top(@Param('id') id: string, @Query() query: QueryOf<ContainerTopData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerTop, { ...query, id }, caller);
  }

  @Post('/:id/start')
  start(@Param('id') id: string, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerStart, { id }, caller);
  }

  @Post('/:id/stop')
  stop(@Param('id') id: string, @Query() query: QueryOf<ContainerStopData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerStop, { ...query, id }, caller);
  }

  @Post('/:id/restart')
  restart(@Param('id') id: string, @Query() query: QueryOf<ContainerStopData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerRestart, { ...query, id }, caller);
  }

  @Post('/:id/kill')
  kill(@Param('id') id: string, @Query() query: QueryOf<ContainerKillData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerKill, { ...query, id }, caller);
  }

  @Post('/:id/pause')
  pause(@Param('id') id: string, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerPause, { id }, caller);
  }

  @Post('/:id/unpause')
  unpause(@Param('id') id: string, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerUnpause, { id }, caller);
  }

  @Post('/:id/resize')
  resize(@Param('id') id: string, @Query() query: QueryOf<ContainerResizeData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerResize, { ...query, id }, caller);
  }

  @Post('/:id/rename')
  rename(@Param('id') id: string, @Query() query: QueryOf<ContainerRenameData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerRename, { ...query, id }, caller);
  }

  @Post('/:id/update')
  update(@Param('id') id: string, @Body() body: ContainerUpdateRequest, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerUpdate, { id, body }, caller);
  }

  /** The head goes out as soon as the container has been found: clients start it only then. */
  @Post('/:id/wait')
  async wait(
    @Param('id') id: string,
    @Query() query: QueryOf<ContainerWaitData>,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    const { ended } = await this.engine.run(ContainerWait, { ...query, id }, caller);
    return sendLater(reply, ended);
  }

  @Delete('/:id')
  delete(@Param('id') id: string, @Query() query: QueryOf<ContainerDeleteData>, @Caller() caller: EngineCaller) {
    return this.engine.run(ContainerDelete, { ...query, id }, caller);
  }
}
