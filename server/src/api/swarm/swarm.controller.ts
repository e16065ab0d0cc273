import { Controller, Delete, Get, Post } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { NotAManager, SwarmJoin, SwarmLeave } from '../../engine/swarm/index.js';
import { Caller, type EngineCaller } from '../http/index.js';

const KINDS = ['nodes', 'services', 'tasks', 'secrets', 'configs'];
const MADE = ['services', 'secrets', 'configs'];
const CHANGED = ['nodes', 'services', 'secrets', 'configs'];

/** Swarms and what is in them, as a daemon outside any swarm answers. */
@Controller()
export class SwarmController {
  constructor(private readonly engine: Engine) {}

  @Get(['/swarm', '/swarm/unlockkey', ...KINDS.flatMap((kind) => [`/${kind}`, `/${kind}/:id`]), '/services/:id/logs', '/tasks/:id/logs'])
  read(@Caller() caller: EngineCaller) {
    return this.engine.run(NotAManager, undefined, caller);
  }

  @Post(['/swarm/update', '/swarm/unlock', ...MADE.map((kind) => `/${kind}/create`), ...CHANGED.map((kind) => `/${kind}/:id/update`)])
  write(@Caller() caller: EngineCaller) {
    return this.engine.run(NotAManager, undefined, caller);
  }

  @Delete(CHANGED.map((kind) => `/${kind}/:id`))
  delete(@Caller() caller: EngineCaller) {
    return this.engine.run(NotAManager, undefined, caller);
  }

  @Post(['/swarm/init', '/swarm/join'])
  join(@Caller() caller: EngineCaller) {
    return this.engine.run(SwarmJoin, undefined, caller);
  }

  @Post('/swarm/leave')
  leave(@Caller() caller: EngineCaller) {
    return this.engine.run(SwarmLeave, undefined, caller);
  }
}
