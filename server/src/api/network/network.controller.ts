import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import {
  NetworkConnect,
  NetworkCreate,
  NetworkDelete,
  NetworkDisconnect,
  NetworkInspect,
  NetworkList,
  NetworkPrune,
} from '../../engine/network/index.js';
import type {
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkDisconnectRequest,
  NetworkInspectData,
  NetworkListData,
  NetworkPruneData,
} from '../generated/types.gen.js';
import { Caller, type EngineCaller } from '../http/index.js';

/** Networks of this daemon. */
@Controller()
export class NetworkController {
  constructor(private readonly engine: Engine) {}

  @Get('/networks')
  list(@Query() query: NonNullable<NetworkListData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkList, query, caller);
  }

  @Post('/networks/create')
  create(@Body() body: NetworkCreateRequest, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkCreate, body, caller);
  }

  @Post('/networks/prune')
  prune(@Query() query: NonNullable<NetworkPruneData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkPrune, query, caller);
  }

  @Get('/networks/:id')
  inspect(@Param('id') id: string, @Query() query: NonNullable<NetworkInspectData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkInspect, { ...query, id }, caller);
  }

  @Delete('/networks/:id')
  delete(@Param('id') id: string, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkDelete, { id }, caller);
  }

  @Post('/networks/:id/connect')
  connect(@Param('id') id: string, @Body() body: NetworkConnectRequest, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkConnect, { id, body }, caller);
  }

  @Post('/networks/:id/disconnect')
  disconnect(@Param('id') id: string, @Body() body: NetworkDisconnectRequest, @Caller() caller: EngineCaller) {
    return this.engine.run(NetworkDisconnect, { id, body }, caller);
  }
}
