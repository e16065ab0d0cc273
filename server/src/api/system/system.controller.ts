import { Body, Controller, Get, Head, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isVisible, Ownership } from '../../engine/access/index.js';
import { Engine } from '../../engine/engine.js';
import { SystemAuth, SystemDataUsage, SystemEvents, SystemInfo, SystemPing, SystemVersion } from '../../engine/system/index.js';
import { eventMessage } from '../../engine/system/event-message.js';
import { authorOf } from '../http/requester.js';
import { Caller, compareVersions, jsonStreamForm, sendJsonLines, versionOf, type EngineCaller } from '../http/index.js';
import type { SystemAuthData, SystemDataUsageData, SystemEventsData } from '../generated/types.gen.js';

/** The daemon itself. */
@Controller()
export class SystemController {
  constructor(
    private readonly engine: Engine,
    private readonly ownership: Ownership,
  ) {}

  @Get('/_ping')
  ping(@Res({ passthrough: true }) reply: FastifyReply, @Caller() caller: EngineCaller) {
    noCache(reply).header('content-type', 'text/plain; charset=utf-8');
    return this.engine.run(SystemPing, undefined, caller);
  }

  @Head('/_ping')
  async pingHead(@Res({ passthrough: true }) reply: FastifyReply) {
    noCache(reply).header('content-type', 'text/plain; charset=utf-8').header('content-length', '0');
  }

  @Get('/version')
  version(@Caller() caller: EngineCaller) {
    return this.engine.run(SystemVersion, undefined, caller);
  }

  @Get('/info')
  info(@Caller() caller: EngineCaller) {
    return this.engine.run(SystemInfo, undefined, caller);
  }

  @Get('/system/df')
  dataUsage(@Query() query: NonNullable<SystemDataUsageData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(SystemDataUsage, query, caller);
  }

  @Post('/auth')
  auth(@Body() body: SystemAuthData['body'], @Caller() caller: EngineCaller) {
    return this.engine.run(SystemAuth, body, caller);
  }

  @Get('/events')
  events(
    @Query() query: NonNullable<SystemEventsData['query']>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    const old = compareVersions(versionOf(request.raw), '1.52') < 0;
    const rights = authorOf(request)?.rights;
    const sees = (event: Parameters<typeof isVisible>[0]) => rights !== undefined && isVisible(event, rights, this.ownership);
    return sendJsonLines(
      reply,
      (emit) =>
        this.engine.run(
          SystemEvents,
          { query, emit: async (event) => void (sees(event) && (await emit(eventMessage(event, old)))) },
          caller,
        ),
      { early: true, form: jsonStreamForm(request.raw) },
    );
  }
}

function noCache(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'cache-control': 'no-cache, no-store, must-revalidate',
    pragma: 'no-cache',
    'builder-version': '1',
    swarm: 'inactive',
  });
}
