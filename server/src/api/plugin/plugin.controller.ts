import { Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { PluginInspect, PluginList, PluginPull } from '../../engine/plugin/index.js';
import type { PluginListData } from '../generated/types.gen.js';
import { Caller, type EngineCaller } from '../http/index.js';

/** Managed plugins, of which this daemon has none. */
@Controller()
export class PluginController {
  constructor(private readonly engine: Engine) {}

  @Get('/plugins')
  list(@Query() query: NonNullable<PluginListData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(PluginList, query, caller);
  }

  @Get('/plugins/:name/json')
  inspect(@Param('name') name: string, @Caller() caller: EngineCaller) {
    return this.engine.run(PluginInspect, { name }, caller);
  }

  @Delete('/plugins/:name')
  delete(@Param('name') name: string, @Caller() caller: EngineCaller) {
    return this.engine.run(PluginInspect, { name }, caller);
  }

  @Post(['enable', 'disable', 'upgrade', 'push', 'set'].map((verb) => `/plugins/:name/${verb}`))
  change(@Param('name') name: string, @Caller() caller: EngineCaller) {
    return this.engine.run(PluginInspect, { name }, caller);
  }

  @Get('/plugins/privileges')
  privileges(@Caller() caller: EngineCaller) {
    return this.engine.run(PluginPull, undefined, caller);
  }

  @Post(['/plugins/pull', '/plugins/create'])
  pull(@Caller() caller: EngineCaller) {
    return this.engine.run(PluginPull, undefined, caller);
  }
}
