import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { VolumeCreate, VolumeDelete, VolumeInspect, VolumeList, VolumePrune, VolumeUpdate } from '../../engine/volume/index.js';
import type { VolumeCreateRequest, VolumeDeleteData, VolumeListData, VolumePruneData } from '../generated/types.gen.js';
import { Caller, type EngineCaller } from '../http/index.js';

/** Volumes of this daemon. */
@Controller()
export class VolumeController {
  constructor(private readonly engine: Engine) {}

  @Get('/volumes')
  list(@Query() query: NonNullable<VolumeListData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumeList, query, caller);
  }

  @Post('/volumes/create')
  create(@Body() body: VolumeCreateRequest, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumeCreate, body, caller);
  }

  @Post('/volumes/prune')
  prune(@Query() query: NonNullable<VolumePruneData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumePrune, query, caller);
  }

  @Get('/volumes/:name')
  inspect(@Param('name') name: string, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumeInspect, { name }, caller);
  }

  @Put('/volumes/:name')
  update(@Param('name') name: string, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumeUpdate, { name }, caller);
  }

  @Delete('/volumes/:name')
  delete(@Param('name') name: string, @Query() query: NonNullable<VolumeDeleteData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(VolumeDelete, { ...query, name }, caller);
  }
}
