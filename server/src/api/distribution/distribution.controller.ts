import { Controller, Get, Headers, Param } from '@nestjs/common';
import { DistributionInspect } from '../../engine/distribution/index.js';
import { Engine } from '../../engine/engine.js';
import { Caller, type EngineCaller } from '../http/index.js';

/** What registries have. */
@Controller()
export class DistributionController {
  constructor(private readonly engine: Engine) {}

  @Get('/distribution/:name/json')
  inspect(@Param('name') name: string, @Headers('x-registry-auth') auth: string | undefined, @Caller() caller: EngineCaller) {
    return this.engine.run(DistributionInspect, { name, auth }, caller);
  }
}
